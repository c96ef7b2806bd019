// SPDX-License-Identifier: MIT
#include "ship/unprivileged.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine/capabilities.h"
#include "confine/landlock.h"
#include "confine/syscalls.h"
#include "ship/calls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Answers of name servers that are too long for UDP. */
#define PORT_DNS 53

#define PLACES_MAX 24

struct places {
	struct landlock_place items[PLACES_MAX];
	char *copies[PLACES_MAX];
	size_t n;
};

/* Names of hosts, and who signs certificates: what the C library and TLS read, and load. */
static const char *const system_places[] = {"/etc", "/usr", "/lib", "/lib64",
					    "/run/systemd/resolve"};

static void add_place(struct places *places, const char *path, bool write)
{
	if (places->n < PLACES_MAX)
		places->items[places->n++] = (struct landlock_place){path, write};
}

/* The directory of a file: one that is renewed is another file. path NULL: none. */
static void add_place_of(struct places *places, const char *path, bool write)
{
	char *copy = path ? strdup(path) : NULL;

	if (!copy || places->n == PLACES_MAX) {
		free(copy);
		return;
	}
	places->copies[places->n] = copy;
	add_place(places, dirname(copy), write);
}

/* Where that is a link to a file of whoever writes it: in /run, as nearly everybody does. */
static void add_name_servers(struct places *places)
{
	_cleanup_free_ char *path = realpath("/etc/resolv.conf", NULL);

	add_place_of(places, path, false);
}

static int enter_landlock(const struct ship_options *options, const char *offset)
{
	const struct output_target *target = &options->target;
	const char *const files[] = {target->token_file, target->header_file, target->ca_file,
				     target->cert_file,	 target->key_file,    target->creds_file,
				     target->nkey_file};
	struct places places = {0};
	uint16_t ports[URL_PORTS_MAX + 1] = {PORT_DNS};
	int version;

	add_place(&places, options->store, false);
	add_place_of(&places, offset, true);
	add_place_of(&places, options->metrics, true);
	/* Sanitizers look for leaks from a process that reads this one's. */
	if (SYSCALLS_FREE)
		add_place(&places, "/proc", false);
	for (size_t i = 0; i < ARRAY_SIZE(system_places); i++)
		add_place(&places, system_places[i], false);
	add_name_servers(&places);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		add_place_of(&places, files[i], false);
	memcpy(ports + 1, options->url.ports, sizeof(options->url.ports));
	version =
		landlock_enter_with_ports(places.items, places.n, ports, options->url.n_ports + 1);
	for (size_t i = 0; i < places.n; i++)
		free(places.copies[i]);
	return version;
}

/* Whoever owns the store can read it; without a capability, root could not. */
static int leave_root(const char *store, const char *offset, bool give, struct error *error)
{
	_cleanup_free_ char *copy = strdup(offset);
	struct stat st;

	if (geteuid() || stat(store, &st) || !st.st_uid)
		return 0;
	if (give && copy && chown(dirname(copy), st.st_uid, st.st_gid))
		log_debug("%s: %s", copy, strerror(errno));
	if (!setgroups(0, NULL) && !setresgid(st.st_gid, st.st_gid, st.st_gid) &&
	    !setresuid(st.st_uid, st.st_uid, st.st_uid))
		return 0;
	return error_set(error, -errno, "cannot become user %u, who has the store %s: %s",
			 st.st_uid, store, strerror(errno));
}

int become_unprivileged(const struct ship_options *options, const char *offset, bool give,
			struct error *error)
{
	int err, landlock;

	/* Who may not change it has none to be bounded. */
	capabilities_drop_bounding();
	err = leave_root(options->store, offset, give, error);
	if (err)
		return err;
	err = capabilities_keep(0);
	if (!err)
		err = no_new_privileges();
	if (err)
		return error_set(error, err, "cannot give up privileges: %s", strerror(-err));
	/* Other processes of the user could read tokens out of its memory. */
	prctl(PR_SET_DUMPABLE, SYSCALLS_FREE, 0, 0, 0);
	landlock = enter_landlock(options, offset);
	if (landlock < 0)
		log_debug("without Landlock: %s", strerror(-landlock));
	err = calls_enter();
	if (err)
		log_debug("without seccomp: %s", strerror(-err));
	return 0;
}
