// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/keywords.h"

/* Longer than every keyword: a typed word of that length is near none. */
#define WORD_MAX 32

/* With fewer letters typed, too many keywords would begin with them. */
#define PREFIX_MIN 3

int keyword_find(keywords_fn *words, const char *word)
{
	for (size_t i = 0; words(i); i++)
		if (!strcmp(words(i), word))
			return (int)i;
	return -ENOENT;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * How many slips turn one word into the other: a letter too many, missing or wrong, or two letters
 * swapped (the distance of Damerau and Levenshtein, no letter swapped twice). Both have at most
 * WORD_MAX letters.
 */
static size_t count_slips(const char *a, const char *b)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1], m = strlen(a), n = strlen(b);

	for (size_t i = 0; i <= m; i++)
		for (size_t j = 0; j <= n; j++) {
			size_t *slips = &rows[i][j];

			if (!i || !j) {
				*slips = i + j;
				continue;
			}
			*slips = rows[i - 1][j - 1] + !same(a[i - 1], b[j - 1]);
			*slips = min(*slips, min(rows[i - 1][j], rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				*slips = min(*slips, rows[i - 2][j - 2] + 1);
		}
	return rows[m][n];
}

const char *keyword_nearest(keywords_fn *words, const char *typed)
{
	size_t len = strlen(typed), least = len / 3 + 1, slips;
	const char *nearest = NULL, *word;

	for (size_t i = 0; (word = words(i)); i++) {
		if (len >= PREFIX_MIN && !strncasecmp(word, typed, len))
			return word;
		if (len > WORD_MAX || strlen(word) > WORD_MAX)
			continue;
		slips = count_slips(typed, word);
		if (slips < least || !strcasecmp(typed, word)) {
			least = slips;
			nearest = word;
		}
	}
	return nearest;
}

void keywords_join(keywords_fn *words, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; words(i) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
					!i	       ? ""
					: words(i + 1) ? ", "
						       : " and ",
					words(i));
}
