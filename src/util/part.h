/* SPDX-License-Identifier: MIT */
/* A part of a text that lies elsewhere, without a NUL in it: to be taken to pieces. Pure. */
#ifndef UTIL_PART_H
#define UTIL_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What all_of() and part_take_word() know as digits: no locale has a say. */
#define PART_DIGITS  "0123456789"
#define PART_HEX     PART_DIGITS "abcdef"
#define PART_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct part {
	const char *at; /* NULL: there is no text, which is other than an empty one */
	size_t len;
};

static inline bool part_is(struct part s, const char *text)
{
	return s.len == strlen(text) && !memcmp(s.at, text, s.len);
}

/* At least one character, and each is in set. */
static inline bool part_all_of(struct part s, const char *set)
{
	for (size_t i = 0; i < s.len; i++)
		if (!memchr(set, s.at[i], strlen(set)))
			return false;
	return s.len;
}

/* The functions that take something off s return whether it was there; if not, s is untouched. */

static inline bool part_take_prefix(struct part *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->len < n || memcmp(s->at, prefix, n))
		return false;
	s->at += n;
	s->len -= n;
	return true;
}

static inline bool part_take_suffix(struct part *s, const char *suffix)
{
	size_t n = strlen(suffix);

	if (s->len < n || memcmp(s->at + s->len - n, suffix, n))
		return false;
	s->len -= n;
	return true;
}

/* The last n bytes, which are *ret then. */
static inline bool part_take_last(struct part *s, size_t n, struct part *ret)
{
	if (s->len < n)
		return false;
	s->len -= n;
	*ret = (struct part){s->at + s->len, n};
	return true;
}

/* All from the last such character on, which is not in *ret: that is what follows it. */
static inline bool part_take_behind(struct part *s, char character, struct part *ret)
{
	const char *at = s->len ? memrchr(s->at, character, s->len) : NULL;

	if (!at)
		return false;
	*ret = (struct part){at + 1, (size_t)(s->at + s->len - at - 1)};
	s->len = (size_t)(at - s->at);
	return true;
}

#endif
