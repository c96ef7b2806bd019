/* SPDX-License-Identifier: MIT */
/*
 * The 32-bit system call table, by int 0x80 from a 64-bit program. What is pointed to must be below
 * 4 GiB.
 */
#ifndef INT80_H
#define INT80_H

#if defined(__x86_64__)

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "trigger.h"

/* What a kernel without that table answers with, if not ENOSYS. */
static inline void int80_fault(int signal)
{
	(void)signal;
	unable("no 32-bit system calls: int 0x80 is a fault");
}

/* The call's result, a negative errno if it failed. Ends the program where there is no such table.
 */
static inline int int80(long number, uint32_t a, uint32_t b, uint32_t c)
{
	void (*before)(int) = signal(SIGSEGV, int80_fault);
	long ret;

	/* The 32-bit entry may clobber r8 to r11. */
	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(number), "b"(a), "c"(b), "d"(c)
		     : "memory", "r8", "r9", "r10", "r11");
	signal(SIGSEGV, before);
	if ((int)ret == -ENOSYS)
		unable("no 32-bit system calls");
	return (int)ret;
}

/* Memory that such a call can reach. */
static inline void *int80_memory(size_t size)
{
	void *low = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		die("mmap");
	return low;
}

#endif

#endif
