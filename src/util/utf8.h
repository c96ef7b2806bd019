/* SPDX-License-Identifier: MIT */
/* UTF-8, and what of it may reach a terminal. Pure. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"

/*
 * The length in bytes (1 to 4) of the UTF-8 character that starts at s, and its code point;
 * 0, and ret untouched, where the n bytes do not start with a whole and well-formed one (RFC 3629:
 * no overlong form, no surrogate, none above U+10FFFF).
 */
size_t utf8_step(const char *s, size_t n, uint32_t *ret);

/* The bytes of a character up to U+10FFFF, and no surrogate. Returns their number, 1 to 4. */
size_t utf8_of(uint32_t code_point, char ret[4]);

/* C0, DEL or C1: what a terminal may obey instead of show. */
static inline bool is_control(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

/*
 * The len bytes at s, with \n for the end of a line and \xNN for each byte of another control
 * character and each that belongs to no character. quoted: with \" and \\ as well, for what stands
 * between quotes; the caller writes those. What does not fit, and all behind, is left out.
 */
void put_escaped(struct buffer *out, const char *s, size_t len, bool quoted);

#define ELLIPSIS "\u2026" /* one column */

/* A character as it may be shown to people: itself or `?`. */
struct legible {
	const char *text;
	size_t len;
	unsigned int width; /* columns: util/width.h */
};

/*
 * How the first character of these n (from 1) bytes is shown: by `?` if it is a control character
 * or steers others, or if the byte belongs to none. Returns the bytes that it takes of them.
 */
size_t legible_step(const char *s, size_t n, struct legible *ret);

/*
 * The name in at most max (from 1) columns, and in the room that out has (from one for the
 * ellipsis): what is longer ends with an ellipsis. Returns the columns that it takes.
 */
unsigned int put_legible(struct buffer *out, const char *name, unsigned int max);

#endif
