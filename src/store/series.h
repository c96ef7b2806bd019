/* SPDX-License-Identifier: MIT */
/* The segments of a store as a reader comes to them, also while it is written. */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "store/list.h"
#include "util/error.h"

struct series {
	char *path;
	int dir_fd;  /* -1: path is one segment */
	int file_fd; /* that one, until it is taken; -1 */
	struct segment *segments;
	size_t n, next;
	struct segment last; /* the last one that was taken */
};

/* path: a store, or a segment. Returns 0 or -errno with a line in error. */
int series_open(const char *path, struct series *ret, struct error *error);
void series_close(struct series *series);

/*
 * The next segment's descriptor, the caller's, and what it is: in last. -ENOENT: there is none, for
 * now. One that went meanwhile is passed over.
 */
int series_next(struct series *series);

/* Whether there is one behind the last that was taken; looks again, if it did not know of any. */
bool series_has_next(struct series *series);

/* The path of the last that was taken, for a person. */
void series_name(const struct series *series, char *ret, size_t size);

#endif
