/* SPDX-License-Identifier: MIT */
/*
 * A filter of one kind, such as process ids: the items that are named, or all if none is; never the
 * items that are left out.
 */
#ifndef UTIL_CHOICE_H
#define UTIL_CHOICE_H

#include <stdbool.h>

#include "util/vector.h"

struct choice {
	struct vector named, left_out; /* of items of the same kind */
};

static inline int choice_push(struct choice *choice, bool left_out, const void *item, size_t size)
{
	return vector_push(left_out ? &choice->left_out : &choice->named, item, size);
}

static inline bool choice_is_made(const struct choice *choice)
{
	return choice->named.n || choice->left_out.n;
}

static inline void choice_free(struct choice *choice)
{
	vector_free(&choice->named);
	vector_free(&choice->left_out);
}

#endif
