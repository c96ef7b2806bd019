/* SPDX-License-Identifier: MIT */
/* A growing array of items of one size. Zero-initialised, it is empty; owns its items. */
#ifndef UTIL_VECTOR_H
#define UTIL_VECTOR_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct vector {
	void *items;
	size_t n;
};

/* Appends a copy of item, of size bytes, the same for all items. Returns 0 or -ENOMEM. */
static inline int vector_push(struct vector *vector, const void *item, size_t size)
{
	void *more = reallocarray(vector->items, vector->n + 1, size);

	if (!more)
		return -ENOMEM;
	vector->items = more;
	memcpy((char *)more + vector->n++ * size, item, size);
	return 0;
}

static inline void vector_free(struct vector *vector)
{
	free(vector->items);
	*vector = (struct vector){0};
}

#endif
