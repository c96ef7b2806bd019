// SPDX-License-Identifier: MIT
#include "commands/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/status.h"

/* Thousands of rules: who has more does not review them. */
#define SIZE_MAX_OF_FILE (1 << 20)

#define MODE_OF_NEW 0644

/* What a file has, and what it is. */
struct content {
	char *text;
	size_t size;
	bool is_new;
	struct stat st;
};

static int cannot(const char *what, const char *path, int err)
{
	log_error("cannot %s %s: %s", what, path, strerror(err));
	return STATUS_FAILED;
}

/* From a pipe as well, in as many pieces as it comes. */
static int read_all(int fd, const char *path, struct content *content)
{
	ssize_t n;

	content->text = malloc(SIZE_MAX_OF_FILE + 1);
	if (!content->text)
		return cannot("read", path, ENOMEM);
	while ((n = read(fd, content->text + content->size, SIZE_MAX_OF_FILE + 1 - content->size)) >
	       0)
		content->size += (size_t)n;
	if (n < 0)
		return cannot("read", path, errno);
	if (content->size <= SIZE_MAX_OF_FILE)
		return STATUS_DONE;
	log_error("%s is no file of rules: it has more than 1 MiB", path);
	return STATUS_USAGE;
}

static int read_content(const char *path, bool learns, struct content *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | (learns ? O_NOFOLLOW : 0));

	*ret = (struct content){.is_new = fd < 0};
	if (fd < 0 && errno == ENOENT && learns)
		return STATUS_DONE;
	if (fd < 0 && errno == ELOOP && learns) {
		log_error("%s is a symbolic link, and would be replaced: name the file itself",
			  path);
		return STATUS_USAGE;
	}
	if (fd < 0 || fstat(fd, &ret->st))
		return errno == ENOENT ? (cannot("open", path, errno), STATUS_USAGE)
				       : cannot("open", path, errno);
	if (learns && !S_ISREG(ret->st.st_mode)) {
		log_error("%s is no regular file, and would be replaced: name another", path);
		return STATUS_USAGE;
	}
	return read_all(fd, path, ret);
}

static void say_wrong(void *ctx, unsigned int line, const char *what)
{
	log_error("%s:%u: %s", (const char *)ctx, line, what);
}

int audit_file_read(const char *path, bool learns, struct rules *ret)
{
	struct content content;
	int status = read_content(path, learns, &content), err;

	if (!status) {
		err = rules_parse(content.text, content.size, say_wrong, (void *)path, ret);
		status = err == -ENOMEM ? cannot("read", path, ENOMEM)
			 : err		? STATUS_USAGE
					: STATUS_DONE;
	}
	free(content.text);
	return status;
}

/* Whoever reads it afterwards sees what was there, or all of the new. */
static int write_lines(FILE *to, const struct content *old, const char *comment,
		       const struct vector *lines)
{
	char *const *items = lines->items;

	if (!old->size)
		fprintf(to, "%s\n", RULES_VERSION);
	else
		fwrite(old->text, 1, old->size, to);
	if (old->size && old->text[old->size - 1] != '\n')
		fputc('\n', to);
	fprintf(to, "%s\n", comment);
	for (size_t i = 0; i < lines->n; i++)
		fprintf(to, "%s\n", items[i]);
	return fflush(to) || ferror(to) || fsync(fileno(to)) ? -errno : 0;
}

/* O_EXCL: whatever someone else may have put there is not written to. Returns a descriptor. */
static int open_beside(const char *path, const struct content *old)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE_OF_NEW);
	if (fd < 0 || old->is_new)
		return fd < 0 ? -errno : fd;
	if (fchown(fd, old->st.st_uid, old->st.st_gid) || fchmod(fd, old->st.st_mode & 07777)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

static int replace(const char *path, const char *beside, const struct content *old,
		   const char *comment, const struct vector *lines)
{
	_cleanup_fclose_ FILE *to = NULL;
	int fd = open_beside(beside, old), err;

	if (fd < 0)
		return fd;
	to = fdopen(fd, "w");
	if (!to) {
		close(fd);
		return -ENOMEM;
	}
	err = write_lines(to, old, comment, lines);
	return !err && rename(beside, path) ? -errno : err;
}

/* Hidden, in the same directory. */
static char *name_beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash - path) + 1 : 0;
	char *name;

	return asprintf(&name, "%.*s.%s.new", dir, path, path + dir) < 0 ? NULL : name;
}

int audit_file_add(const char *path, const char *comment, const struct vector *lines)
{
	_cleanup_free_ char *beside = name_beside(path);
	struct content old;
	int status = read_content(path, true, &old), err;

	if (!status) {
		err = beside ? replace(path, beside, &old, comment, lines) : -ENOMEM;
		if (err) {
			status = cannot("write", path, -err);
			if (beside)
				unlink(beside);
		}
	}
	free(old.text);
	return status;
}
