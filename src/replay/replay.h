/* SPDX-License-Identifier: MIT */
/*
 * A record (what `-o json` has written, docs/fields.md) -> events as they were, one after the
 * other. A line that is none of ours, or cut off, is counted and passed over, never half taken.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "replay/parse.h"

struct replay;

/* path: a file or pipe, plain text; "-": stdin. Returns 0 or -errno. */
int replay_open(const char *path, struct replay **ret);
void replay_close(struct replay *replay);

/*
 * The next good line: 1, *ret is valid until the next call; 0: the end; -errno. -EMEDIUMTYPE: it
 * is no text, but compressed.
 */
int replay_next(struct replay *replay, const struct replay_line **ret);

/* What to tell of the -errno of these functions. */
const char *replay_error(int err);

/* The first path that names the same file as one before it, or stdin once more; NULL: none. */
const char *replay_twice(const char *const *paths, size_t n);

/* From the beginning again. -ESPIPE: it is a pipe. */
int replay_rewind(struct replay *replay);

/* Lines that were passed over so far. */
struct replay_bad {
	uint64_t n;
	uint64_t first; /* the number of the first, from 1; 0: there is none */
};

struct replay_bad replay_bad(const struct replay *replay);

#endif
