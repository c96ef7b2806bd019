/* SPDX-License-Identifier: MIT */
/* Lines of bytes, such as those of a screen. Zero-initialised, there are none; owns their memory.
 */
#ifndef UTIL_LINES_H
#define UTIL_LINES_H

#include <stddef.h>

struct lines {
	char *data;
	size_t len, cap; /* bytes */
	size_t *ends;	 /* of each line, in data */
	size_t n, cap_ends;
};

/* Appends a copy of the line. Returns 0 or -ENOMEM. */
int lines_add(struct lines *lines, const char *line, size_t len);

/* Line i, from 0, not NUL-terminated, empty behind the last; valid until lines change. */
const char *lines_at(const struct lines *lines, size_t i, size_t *ret_len);

/* Keeps the memory, for what comes next. */
void lines_clear(struct lines *lines);
void lines_free(struct lines *lines);

#endif
