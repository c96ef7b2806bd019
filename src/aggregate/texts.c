// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, a text is not added; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "aggregate/texts.h"

#include <stdlib.h>
#include <string.h>

const struct text *texts_find(const struct texts *texts, const char *text)
{
	struct text *found;

	HASH_FIND(hh, texts->hash, text, strlen(text), found);
	return found;
}

const struct text *texts_add(struct texts *texts, const char *text)
{
	const struct text *found = texts_find(texts, text);
	size_t size = strlen(text) + 1;
	struct text *added;

	if (found)
		return found;
	added = calloc(1, sizeof(*added) + size);
	if (!added)
		return NULL;
	added->number = HASH_COUNT(texts->hash) + 1;
	memcpy(added->text, text, size);
	HASH_ADD(hh, texts->hash, text, size - 1, added);
	if (!added->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(added);
		return NULL;
	}
	return added;
}

void texts_clear(struct texts *texts)
{
	struct text *text = texts->hash, *next;

	/* HASH_CLEAR() frees the table only, so the texts are still linked. */
	HASH_CLEAR(hh, texts->hash);
	for (; text; text = next) {
		next = text->hh.next;
		free(text);
	}
}
