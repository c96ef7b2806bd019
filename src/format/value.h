/* SPDX-License-Identifier: MIT */
/* Values of key=value lines, of any bytes: docs/spec.md, 5. Pure. */
#ifndef FORMAT_VALUE_H
#define FORMAT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"

/*
 * A value: `before` (plain ASCII of our own, or ""), then the n bytes at s. It is in quotes, with
 * escapes, where a parser could take a part of it for a key or for its end.
 */
void put_value(struct buffer *out, const char *before, const char *s, size_t n);

/* Whether it is that without quotes: not if it is empty. */
bool is_bare_value(const char *s, size_t n);

/* Whether a shell reads the n bytes as one word that is just these bytes. */
bool is_plain_word(const char *s, size_t n);

/*
 * For what stands between double quotes: the n bytes as one word of a shell, in single quotes
 * unless it is plain.
 */
void put_word(struct buffer *out, const char *s, size_t n);

#endif
