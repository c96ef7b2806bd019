/* SPDX-License-Identifier: MIT */
/* Handshakes by how long they took, in the buckets of a histogram for Prometheus. Pure. */
#ifndef METRICS_DURATIONS_H
#define METRICS_DURATIONS_H

#include <stdint.h>

#define DURATION_BOUNDS 13

/* The slowest of the last minute, or so: told with each file, until it was often enough. */
struct slowest {
	uint64_t duration_ns; /* 0: there was none */
	uint64_t utc_ns;
	uint64_t start_ns; /* with cpu, the connection's id */
	uint16_t cpu;
	uint16_t told; /* how often */
};

struct durations {
	uint64_t buckets[DURATION_BOUNDS + 1]; /* the last: slower than all bounds */
	uint64_t sum_ns;
	struct slowest slowest;
};

/* The upper bounds, which belong to their buckets, in ns, ascending; and as label values. */
extern const uint64_t duration_bounds_ns[DURATION_BOUNDS];
extern const char *const duration_bound_names[DURATION_BOUNDS + 1];

/* Counts one. */
static inline void durations_add(struct durations *durations, const struct slowest *one)
{
	unsigned int i = 0;

	while (i < DURATION_BOUNDS && one->duration_ns > duration_bounds_ns[i])
		i++;
	durations->buckets[i]++;
	durations->sum_ns += one->duration_ns;
	if (one->duration_ns > durations->slowest.duration_ns)
		durations->slowest = *one;
}

#endif
