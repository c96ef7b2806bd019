/* SPDX-License-Identifier: MIT */
/* What the decoding of all records has in common. */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/record.h"

/* data: size bytes of any alignment. The kind it says that it is; 0: of another interface. */
unsigned int record_kind(const void *data, size_t size);

/*
 * For a kind that begins with a fixed part, of `fixed` bytes, and varies behind it. Copies the
 * fixed part, for its alignment and so that what is checked is what is used. Returns 0 or an errno
 * like event_decode().
 */
int record_read(const void *data, size_t size, enum event_kind kind, void *ret, size_t fixed);

/*
 * Writes a path whose components lie as contract/process.h has it, the last one first. whole: it
 * begins at the root, as "/usr/bin"; else it is the end of one, as "usr/bin". to: room for size + 2
 * bytes. Returns what is behind its NUL, or NULL if it is none, or has more components than max.
 */
char *record_path(char *to, const char *components, size_t size, unsigned int max, bool whole);

#endif
