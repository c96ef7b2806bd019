/* SPDX-License-Identifier: MIT */
/* A thread of little needs: all signals are for the others, and its stack is as small as it says.
 */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>
#include <stddef.h>

/* stack: bytes. The caller joins it, or detaches it. Returns 0 or -errno. */
int thread_start(pthread_t *ret, size_t stack, void *(*run)(void *ctx), void *ctx);

#endif
