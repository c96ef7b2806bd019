/* SPDX-License-Identifier: MIT */
/* Kernel time (CLOCK_BOOTTIME, in all records) and the wall clock (in all output), both in
 * nanoseconds. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_USEC 1000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

static inline uint64_t clock_now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* CLOCK_BOOTTIME, so that it stays what it is when the wall clock is set. */
struct span {
	uint64_t begin_ns, end_ns;
};

/*
 * CLOCK_REALTIME - CLOCK_BOOTTIME, now, in ns. It changes when the wall clock is set or slewed, so
 * it is taken anew for each batch of events.
 */
int64_t clock_boot_to_utc_ns(void);

/*
 * A descriptor that becomes readable at the moment the wall clock is set. -errno on failure.
 * clock_step_rearm() makes it ready for the next time.
 */
int clock_step_open(void);
int clock_step_rearm(int fd);

#endif
