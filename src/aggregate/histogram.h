/* SPDX-License-Identifier: MIT */
/*
 * Latencies in buckets: every power of two of microseconds is cut into 16 of equal width, so that
 * a bucket is at most 1/16 (6.25 %) wider than its lower edge; below 1 us they are 1/16 us wide.
 * Percentiles are the upper edge of their bucket: the true value is never greater, and less by at
 * most 1/16. Least and greatest are exact. Pure.
 */
#ifndef AGGREGATE_HISTOGRAM_H
#define AGGREGATE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* Powers of two of microseconds: the last one begins at 2^31 us (36 minutes) and has no end. */
#define HISTOGRAM_OCTAVES 32
#define HISTOGRAM_BUCKETS ((HISTOGRAM_OCTAVES + 1) * 16)

struct histogram {
	uint64_t n, min_ns, max_ns; /* min and max: if n */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

void histogram_merge(struct histogram *to, const struct histogram *from);

/* Of `percent` per cent of the values, none is greater. percent: 1 to 100. 0 if n is 0. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned int percent);

/*
 * The number of values in [2^row, 2^(row+1)) us; row 0 begins at 0. row: below HISTOGRAM_OCTAVES.
 */
uint64_t histogram_row(const struct histogram *histogram, unsigned int row);

/* For groups_sorted(): most values first. */
int histogram_compare(const void *a, const void *b);

#endif
