/* SPDX-License-Identifier: MIT */
/* The segments of a store as a reader comes to them, also while it is written. */
#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "store/list.h"
#include "util/error.h"

struct trail {
	char *path;
	const char *last_boot; /* the caller's, or NULL: it comes behind all others */
	int dir_fd;	       /* -1: path is one segment */
	int file_fd;	       /* that one, until it is taken; -1 */
	struct segment *segments;
	size_t n, next;
	struct segment last; /* the last one that was taken */
	bool is_anew; /* its boot's lines begin anew in other files: what was taken is gone */
};

/* path: a store, or a segment. Returns 0 or -errno with a line in error. */
int trail_open(const char *path, const char *last_boot, struct trail *ret, struct error *error);
void trail_close(struct trail *trail);

/*
 * Before any was taken: goes to the one of that boot which has the seq, or would have it. Returns 0
 * or -ENOENT: there is none of the boot.
 */
int trail_seek(struct trail *trail, const char *boot, uint64_t seq);

/*
 * The next segment's descriptor, the caller's, and what it is: in last. -ENOENT: there is none, for
 * now. One that went meanwhile is passed over.
 */
int trail_next(struct trail *trail);

/* Whether there is one behind the last that was taken; looks again, if it did not know of any. */
bool trail_has_next(struct trail *trail);

/* Whether a process writes to it now, or may: where that cannot be asked. */
bool trail_is_written(const struct trail *trail);

/* The path of the last that was taken, for a person. */
void trail_name(const struct trail *trail, char *ret, size_t size);

#endif
