/* SPDX-License-Identifier: MIT */
/* Memory of many pages, with few faults. */
#ifndef UTIL_HUGE_H
#define UTIL_HUGE_H

#include <stddef.h>

/* A huge page, in bytes, of x86-64, and of arm64 with its pages of 4 KiB. */
#define HUGE_PAGE (2u << 20)

/*
 * So many bytes, with any content; from HUGE_PAGE on, a multiple of which it must be then, in huge
 * pages where the kernel has any. The caller frees it with free(). NULL: no memory.
 */
void *huge_alloc(size_t size);

#endif
