/* SPDX-License-Identifier: MIT */
/*
 * Latencies in 432 bytes, for tables of thousands: aggregate/histogram.h takes ten times that.
 * Every power of two of microseconds from 4 us to 268 s is cut into 4 buckets of equal width.
 * Percentiles are the upper edge of their bucket: the true value is never greater, and less by a
 * fifth at most. The greatest is exact. Pure.
 */
#ifndef TOP_LATENCIES_H
#define TOP_LATENCIES_H

#include <stdint.h>

#define LATENCIES_OCTAVES 26
#define LATENCIES_BUCKETS (1 + LATENCIES_OCTAVES * 4 + 1) /* with what is below and above */

/* Zero-initialised, it is empty. */
struct latencies {
	uint64_t max_ns;
	uint32_t buckets[LATENCIES_BUCKETS];
};

void latencies_add(struct latencies *latencies, uint64_t ns);

/* All of the other as well. */
void latencies_add_all(struct latencies *latencies, const struct latencies *other);

/* Of `percent` (1 to 100) per cent of the values, none is greater. 0: there are none. */
uint64_t latencies_percentile(const struct latencies *latencies, unsigned int percent);

#endif
