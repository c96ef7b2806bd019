// SPDX-License-Identifier: MIT
#include "util/huge.h"

#include <stdlib.h>
#include <sys/mman.h>

void *huge_alloc(size_t size)
{
	void *memory = size < HUGE_PAGE ? malloc(size) : aligned_alloc(HUGE_PAGE, size);

	/* Where this cannot be had, it is memory all the same. */
	if (memory && size >= HUGE_PAGE)
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}
