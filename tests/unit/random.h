/* SPDX-License-Identifier: MIT */
/* Always the same sequence (Knuth's MMIX constants), so that a failure comes again. */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stdint.h>

/* n: 1 to 64. They are the upper bits of the next state: the lower ones repeat soon. */
static inline uint64_t random_bits(uint64_t *seed, unsigned int n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> (64 - n);
}

static inline uint32_t next_random(uint64_t *seed)
{
	return (uint32_t)random_bits(seed, 31);
}

#endif
