// SPDX-License-Identifier: MIT
#include "replay/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A longer line is none of ours: the longest is one of top's, 200 rows with paths as long as can
 * be. So a file without newlines does not take all memory.
 */
#define LINE_SIZE_MAX ((size_t)64 << 20)
#define LINE_SIZE     ((size_t)64 << 10) /* to begin with */

struct replay {
	int fd;
	char *data; /* what was read: [at, len) is still to be told */
	size_t at, len, cap;
	bool is_over;	   /* there is no more to read */
	bool in_long_line; /* of which the rest is to be passed over */
	uint64_t n_lines;
	struct replay_bad bad;
	struct replay_texts *texts;
	struct replay_line line;
};

int replay_open(const char *path, struct replay **ret)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int err = replay ? replay_texts_new(&replay->texts) : -ENOMEM;

	if (!err) {
		replay->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
		err = replay->fd < 0 ? -errno : 0;
	}
	if (err) {
		replay_close(replay);
		return err;
	}
	*ret = replay;
	return 0;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	if (replay->fd > STDIN_FILENO)
		close(replay->fd);
	replay_texts_free(replay->texts);
	free(replay->data);
	free(replay);
}

/* zstd's frame, or one to be skipped (RFC 8878, 3.1.1 and 3.1.2), as a store begins with. */
static bool is_zstd(const char *text, size_t size)
{
	static const char frame[] = "\x28\xb5\x2f\xfd", skippable[] = "\x2a\x4d\x18";

	return size >= 4 && (!memcmp(text, frame, 4) ||
			     ((text[0] & 0xf0) == 0x50 && !memcmp(text + 1, skippable, 3)));
}

static void pass_over(struct replay *replay)
{
	if (!replay->bad.n++)
		replay->bad.first = replay->n_lines;
}

/* Room behind what there is of a line. Returns 0, -ENOMEM or -EFBIG: the line is too long. */
static int make_room(struct replay *replay)
{
	size_t cap = replay->cap ? replay->cap * 2 : LINE_SIZE;
	char *data;

	if (replay->at) {
		replay->len -= replay->at;
		memmove(replay->data, replay->data + replay->at, replay->len);
		replay->at = 0;
	}
	if (replay->len < replay->cap)
		return 0;
	if (cap > LINE_SIZE_MAX)
		return -EFBIG;
	data = realloc(replay->data, cap);
	if (!data)
		return -ENOMEM;
	replay->data = data;
	replay->cap = cap;
	return 0;
}

static int read_more(struct replay *replay)
{
	ssize_t n;

	do
		n = read(replay->fd, replay->data + replay->len, replay->cap - replay->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	replay->is_over = !n;
	replay->len += (size_t)n;
	return 0;
}

/* The next line, or so much of it as there is room for, without its newline: 1; 0: the end. */
static int next_text(struct replay *replay, const char **ret, size_t *ret_size)
{
	size_t seen = 0;
	int err = 0;

	for (;;) {
		char *text = replay->data + replay->at, *newline = NULL;
		size_t size = replay->len - replay->at;

		if (size > seen)
			newline = memchr(text + seen, '\n', size - seen);
		if (newline || (replay->is_over && size) || err == -EFBIG) {
			*ret = text;
			*ret_size = newline ? (size_t)(newline - text) : size;
			replay->at += *ret_size + (newline != NULL);
			return err == -EFBIG ? err : 1;
		}
		if (replay->is_over)
			return 0;
		seen = size;
		err = make_room(replay);
		if (err == -EFBIG)
			continue;
		if (!err)
			err = read_more(replay);
		if (err)
			return err;
	}
}

int replay_next(struct replay *replay, const struct replay_line **ret)
{
	const char *text = NULL;
	size_t size = 0;
	int more;

	while ((more = next_text(replay, &text, &size)) == 1 || more == -EFBIG) {
		bool is_rest = replay->in_long_line;
		int err = -EBADMSG;

		replay->in_long_line = more == -EFBIG;
		if (is_rest)
			continue;
		replay->n_lines++;
		if (more == 1)
			err = replay_parse(text, size, replay->texts, &replay->line);
		if (!err) {
			*ret = &replay->line;
			return 1;
		}
		if (err == -ENOMEM)
			return err;
		if (replay->n_lines == 1 && is_zstd(text, size))
			return -EMEDIUMTYPE;
		pass_over(replay);
	}
	return more;
}

int replay_rewind(struct replay *replay)
{
	if (lseek(replay->fd, 0, SEEK_SET) < 0)
		return -errno;
	replay->at = replay->len = 0;
	replay->is_over = replay->in_long_line = false;
	replay->n_lines = 0;
	replay->bad = (struct replay_bad){0};
	return 0;
}

const char *replay_error(int err)
{
	if (err == -EMEDIUMTYPE)
		return "it is compressed: tpconnect history -o json shows what a store has, and "
		       "zstdcat what a file has";
	return strerror(-err);
}

static bool is_same(const char *a, const char *b)
{
	struct stat one, other;

	if (!strcmp(a, b))
		return true;
	return !stat(a, &one) && !stat(b, &other) && S_ISREG(one.st_mode) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

const char *replay_twice(const char *const *paths, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (is_same(paths[i], paths[k]))
				return paths[i];
	return NULL;
}

struct replay_bad replay_bad(const struct replay *replay)
{
	return replay->bad;
}
