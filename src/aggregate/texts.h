/* SPDX-License-Identifier: MIT */
/*
 * Texts of any length, each kept once: equal ones have one number, so that keys can have it in
 * their place. Pure; who adds sees to it that they do not become too many.
 */
#ifndef AGGREGATE_TEXTS_H
#define AGGREGATE_TEXTS_H

#include <stdint.h>

#include <uthash.h>

struct text {
	uint32_t number; /* from 1 */
	UT_hash_handle hh;
	char text[];
};

/* Zero-initialised, there are none. */
struct texts {
	struct text *hash;
};

/* The text, if it is there; NULL: it is not. */
const struct text *texts_find(const struct texts *texts, const char *text);

/* The text, which is added if it was not there. It lives until texts_clear(). NULL: no memory. */
const struct text *texts_add(struct texts *texts, const char *text);

void texts_clear(struct texts *texts);

#endif
