// SPDX-License-Identifier: MIT
/* Options that say whose attempts are wanted, by what only user space can compare. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "options/set.h"
#include "util/array.h"
#include "util/cleanup.h"

/* UNIT_NAME_MAX of systemd, with its terminating NUL. */
#define UNIT_NAME_MAX 256

static const char *without_sign(const char *word)
{
	return word && *word == '!' ? word + 1 : word;
}

/* Whether the path has an empty component, or one of dots, that no path of the kernel's has. */
static bool is_roundabout(const char *path)
{
	size_t len;

	for (; *path; path += len) {
		path++; /* the slash */
		len = strcspn(path, "/");
		if (!len || (len <= 2 && !strncmp(path, "..", len)))
			return true;
	}
	return false;
}

/*
 * A link is named for what it leads to: that is what runs. What it would be elsewhere, such as in a
 * container, stays named as well.
 */
static int add_path(struct choice *exes, bool left_out, const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	struct stat st;
	int err = 0;

	if (is_roundabout(path) && (!real || stat(real, &st) || !S_ISREG(st.st_mode)))
		return -ENOENT;
	if (real && strcmp(real, path))
		err = wanted_add(exes, left_out, real);
	return err ? err : wanted_add(exes, left_out, path);
}

static int add_exe(struct options *options, const char *word, bool left_out)
{
	struct choice *exes = &options->request.wanted.exes;

	if (*word == '/')
		return add_path(exes, left_out, word);
	if (!strcmp(word, ".") || !strcmp(word, "..")) /* no file's name */
		return -ENOTDIR;
	if (strchr(word, '/') && strncmp(word, MEMFD_PREFIX, strlen(MEMFD_PREFIX)))
		return -ENOTDIR;
	return wanted_add(exes, left_out, word);
}

int set_exe(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_exe, &word);
	const char *path = without_sign(word);

	if (err == -ENOTDIR)
		return refuse_value(reason,
				    "\"" QUOTED "\" is not an absolute path; write it whole, as "
				    "/usr/bin/curl, or its last part alone, as curl",
				    path);
	if (err == -ENOENT)
		return refuse_value(
			reason,
			"\"" QUOTED "\" leads to no file here, and elsewhere no "
			"executable's path has //, /./, /../ or a / at its end; write it "
			"without",
			path);
	if (err)
		return refuse_value(reason, "an executable is missing; write them as "
					    "/usr/bin/curl,ssh");
	return 0;
}

/* Docker and others show 12 digits; names such as "db1" are hexadecimal, too. */
#define SHORT_ID_MIN 6

static int add_container(struct options *options, const char *word, bool left_out)
{
	if (is_hex(word, SHORT_ID_MIN) && !is_hex(word, CONTAINER_ID_MIN) &&
	    strpbrk(word, "0123456789"))
		return -ERANGE;
	if (strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
	    strlen(word))
		return -EINVAL;
	return wanted_add(&options->request.wanted.containers, left_out, word);
}

int set_container(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_container, &word);

	if (err == -ERANGE)
		return refuse_value(reason,
				    "\"" QUOTED "\" is too short for an id; write %d digits of it "
				    "or more",
				    without_sign(word), CONTAINER_ID_MIN);
	if (err)
		return refuse_value(reason,
				    "\"" QUOTED "\" is neither an id nor a name of a container; "
				    "write %d digits of its id or more, without what stands before",
				    without_sign(word), CONTAINER_ID_MIN);
	return 0;
}

/* As systemctl does: a name without the kind of its unit is a service's. */
static int add_unit(struct options *options, const char *word, bool left_out)
{
	static const char *const others[] = {".automount", ".device", ".mount",	 ".path", ".slice",
					     ".socket",	   ".swap",   ".target", ".timer"};
	const char *dot = strrchr(word, '.');
	char name[UNIT_NAME_MAX];
	bool whole = dot && (!strcmp(dot, ".service") || !strcmp(dot, ".scope"));

	if (strchr(word, '/'))
		return -ENOTDIR;
	for (size_t i = 0; dot && i < ARRAY_SIZE(others); i++)
		if (!strcmp(dot, others[i]))
			return -ENOENT;
	if (snprintf(name, sizeof(name), "%s%s", word, whole ? "" : ".service") >= UNIT_NAME_MAX)
		return -ERANGE;
	return wanted_add(&options->request.wanted.units, left_out, name);
}

int set_unit(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_unit, &word);
	const char *unit = without_sign(word);

	if (err == -ENOTDIR)
		return refuse_value(reason,
				    "\"" QUOTED "\" is a path; write the unit alone, as "
				    "nginx.service, or take --cgroup",
				    unit);
	if (err == -ENOENT)
		return refuse_value(reason,
				    "\"" QUOTED
				    "\" is neither a service nor a scope, and no others "
				    "can be told; take --cgroup, as in --cgroup system.slice",
				    unit);
	if (err == -ERANGE)
		return refuse_value(reason,
				    "\"" QUOTED "\" is longer than a unit's name can be: "
				    "at most %d bytes",
				    unit, UNIT_NAME_MAX - 1);
	if (err)
		return refuse_value(reason, "a unit is missing; write them as nginx,ssh.service");
	return 0;
}
