/* SPDX-License-Identifier: MIT */
#ifndef UTIL_COUNT_H
#define UTIL_COUNT_H

#include <stdint.h>

/* Adds, up to the greatest number. */
static inline void add_count(uint32_t *to, uint64_t n)
{
	*to = n < UINT32_MAX - *to ? *to + (uint32_t)n : UINT32_MAX;
}

#endif
