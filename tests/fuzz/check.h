/* SPDX-License-Identifier: MIT */
/* What a fuzz target demands: unlike assert(), with the values of the failure in sight. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/* The message is printf's; a line of output in it is the one that is wrong. */
#define check(condition, ...)                                                                      \
	do {                                                                                       \
		if (condition)                                                                     \
			break;                                                                     \
		fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition);            \
		fprintf(stderr, __VA_ARGS__);                                                      \
		fputc('\n', stderr);                                                               \
		abort();                                                                           \
	} while (0)

#endif
