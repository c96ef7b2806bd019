/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out, and is counted: linked with --wrap for malloc, calloc, realloc,
 * reallocarray, strdup and free, so that this test's own calls and those of src/ come here. Who is
 * told -ENOMEM must keep nothing.
 */
#ifndef UNIT_FAILING_MALLOC_H
#define UNIT_FAILING_MALLOC_H

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);

/* So many calls succeed before the one that fails; those behind it succeed again. */
static int calls_until_failure = INT_MAX;
static long blocks; /* that are not freed yet */

static inline void *counted(void *block)
{
	blocks += block != NULL;
	return block;
}

void *__wrap_malloc(size_t size)
{
	return calls_until_failure-- ? counted(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return calls_until_failure-- ? counted(__real_calloc(n, size)) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	void *block = calls_until_failure-- ? __real_realloc(old, size) : NULL;

	return old ? block : counted(block);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return __wrap_realloc(old, n * size);
}

char *__wrap_strdup(const char *text)
{
	char *copy = __wrap_malloc(strlen(text) + 1);

	return copy ? strcpy(copy, text) : NULL;
}

void __wrap_free(void *old)
{
	blocks -= old != NULL;
	__real_free(old);
}

#endif
