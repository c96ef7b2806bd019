/* SPDX-License-Identifier: MIT */
/* Descriptors that wake the loop after a while. */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Readable after first_ns, then each interval_ns (0: no more). Returns it, or -errno. */
int timer_open(uint64_t first_ns, uint64_t interval_ns);

/* How often it has expired since it was asked last; 0 if it has not. */
uint64_t timer_expired(int fd);

#endif
