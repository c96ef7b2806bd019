/* SPDX-License-Identifier: MIT */
/* Fixed lists of words that people type: to find one, to guess which was meant, to show them. Pure.
 */
#ifndef UTIL_KEYWORDS_H
#define UTIL_KEYWORDS_H

#include <stddef.h>

/* The i-th word of a list; NULL behind the last. */
typedef const char *keywords_fn(size_t i);

/* The index of the word; -ENOENT if the list has none like it. */
int keyword_find(keywords_fn *words, const char *word);

/*
 * The keyword that may have been meant: it begins with what was typed, or is a slip or two away
 * from it. Case does not matter. NULL if none is near.
 */
const char *keyword_nearest(keywords_fn *words, const char *typed);

/* "text, table and json" into out, of size bytes; cut short if they are too few. */
void keywords_join(keywords_fn *words, char *out, size_t size);

#endif
