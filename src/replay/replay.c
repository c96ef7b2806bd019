// SPDX-License-Identifier: MIT
#include "replay/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct replay_bad replay_bad(const struct replay *replay)
{
	return replay->bad;
}
