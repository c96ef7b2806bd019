// SPDX-License-Identifier: MIT
#include "replay/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct replay {
	FILE *file;
	char *text; /* of the last line */
	size_t text_size;
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
		replay->file = strcmp(path, "-") ? fopen(path, "re") : stdin;
		err = replay->file ? 0 : -errno;
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
	if (replay->file && replay->file != stdin)
		fclose(replay->file);
	replay_texts_free(replay->texts);
	free(replay->text);
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

int replay_next(struct replay *replay, const struct replay_line **ret)
{
	ssize_t size;

	errno = 0;
	while ((size = getline(&replay->text, &replay->text_size, replay->file)) > 0) {
		int err;

		replay->n_lines++;
		if (replay->text[size - 1] == '\n')
			size--;
		err = replay_parse(replay->text, (size_t)size, replay->texts, &replay->line);
		if (!err) {
			*ret = &replay->line;
			return 1;
		}
		if (err == -ENOMEM)
			return err;
		if (replay->n_lines == 1 && is_zstd(replay->text, (size_t)size))
			return -EMEDIUMTYPE;
		pass_over(replay);
	}
	return ferror(replay->file) || errno == ENOMEM ? -errno : 0;
}

int replay_rewind(struct replay *replay)
{
	if (fseek(replay->file, 0, SEEK_SET))
		return -errno;
	clearerr(replay->file);
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
