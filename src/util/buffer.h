/* SPDX-License-Identifier: MIT */
/*
 * Text being built in memory that the caller owns. Writing past the end is refused, never
 * overruns, and is remembered in `overflow`; nothing is NUL-terminated.
 */
#ifndef UTIL_BUFFER_H
#define UTIL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
	char *data; /* the caller's */
	size_t len, cap;
	bool overflow;
};

static inline void buffer_put(struct buffer *b, const void *bytes, size_t n)
{
	if (n > b->cap - b->len) {
		b->overflow = true;
		return;
	}
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
}

static inline void buffer_putc(struct buffer *b, char c)
{
	if (b->len == b->cap) {
		b->overflow = true;
		return;
	}
	b->data[b->len++] = c;
}

static inline void buffer_puts(struct buffer *b, const char *s)
{
	buffer_put(b, s, strlen(s));
}

static inline void buffer_spaces(struct buffer *b, unsigned int n)
{
	while (n--)
		buffer_putc(b, ' ');
}

/* A string literal: its length is known when compiled. */
#define buffer_literal(b, s) buffer_put((b), "" s, sizeof(s) - 1)

/* Decimal, without leading zeros. */
void buffer_u64(struct buffer *b, uint64_t value);

/* Decimal, with leading zeros to exactly `width` digits (1 to 20). The value must fit. */
void buffer_u64_padded(struct buffer *b, uint64_t value, unsigned int width);

/* Hexadecimal, lower case, without leading zeros. */
void buffer_hex(struct buffer *b, uint64_t value);

#endif
