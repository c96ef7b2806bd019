// SPDX-License-Identifier: MIT
#include "ship/offset.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ship/file.h"
#include "util/cleanup.h"

#define MODE	 0640
#define DIR_MODE 0750

/* Of a file's name, with what is put behind it. */
#define NAME_LEN_MAX 200

void offset_path(const char *shown, char *ret, size_t size)
{
	const char *dir = getenv("STATE_DIRECTORY");
	char name[NAME_LEN_MAX + 1];
	size_t n = 0;

	for (; shown[n] && n < NAME_LEN_MAX; n++)
		name[n] = isascii(shown[n]) && (isalnum((unsigned char)shown[n]) ||
						strchr(".-", shown[n]))
				  ? shown[n]
				  : '_';
	name[n] = '\0';
	snprintf(ret, size, "%s/%s.offset", dir && *dir ? dir : OFFSET_DIR, name);
}

static int explain(const struct offset *offset, int err, const char *what, struct error *error)
{
	return error_set(error, err,
			 "cannot %s the offset file %s: %s; its directory must be one that user %u "
			 "may write to: --offset FILE names another",
			 what, offset->path, strerror(-err), geteuid());
}

static int take_lock(struct offset *offset, struct error *error)
{
	char path[sizeof(offset->path) + 8];
	struct stat st;

	snprintf(path, sizeof(path), "%s.lock", offset->path);
	offset->lock_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, MODE);
	if (offset->lock_fd < 0 && errno == EACCES && !lstat(path, &st))
		return error_set(error, -EACCES,
				 "cannot lock the offset file %s: user %u may not write to its "
				 "lock, %s, which is user %u's: chown or remove it, or --offset "
				 "FILE names another",
				 offset->path, geteuid(), path, st.st_uid);
	if (offset->lock_fd < 0)
		return explain(offset, -errno, "lock", error);
	if (!flock(offset->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	return error_set(error, -EBUSY,
			 "another tpconnect-ship has the offset file %s: --offset FILE names one "
			 "for each output",
			 offset->path);
}

static int read_place(struct offset *offset, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	struct error why;
	size_t size;
	int err = file_read(offset->path, PLACE_TEXT_MAX, &text, &size);

	if (err == -ENOENT)
		return 0;
	if (err == -EFBIG || err == -EINVAL)
		return error_set(error, -EBADMSG,
				 "%s is no offset file of tpconnect-ship: --offset FILE names it",
				 offset->path);
	if (err)
		return explain(offset, err, "read", error);
	err = place_parse(text, size, offset->shown, &offset->place, &why);
	if (err)
		return error_set(error, err,
				 "cannot go on by the offset file %s: %s; remove it to begin anew, "
				 "or --offset FILE names another",
				 offset->path, why.text);
	offset->saved = offset->place;
	return 0;
}

bool offset_make_directory(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);

	return copy && !mkdir(dirname(copy), DIR_MODE);
}

int offset_open(const char *path, const char *shown, struct offset *ret, struct error *error)
{
	int err;

	*ret = (struct offset){.shown = shown, .lock_fd = -1};
	snprintf(ret->path, sizeof(ret->path), "%s", path);
	err = take_lock(ret, error);
	if (!err)
		err = read_place(ret, error);
	if (err)
		offset_close(ret);
	return err;
}

int offset_save(struct offset *offset)
{
	char text[PLACE_TEXT_MAX];
	struct buffer out = {.data = text, .cap = sizeof(text)};
	int err;

	if (!strcmp(offset->place.boot, offset->saved.boot) &&
	    offset->place.seq == offset->saved.seq)
		return 0;
	place_put(&out, &offset->place, offset->shown);
	err = file_replace(offset->path, out.data, out.len, MODE, true);
	if (!err)
		offset->saved = offset->place;
	return err;
}

void offset_close(struct offset *offset)
{
	cleanup_close(&offset->lock_fd);
	offset->lock_fd = -1;
}
