// SPDX-License-Identifier: MIT
#include "metrics/durations.h"

#include "util/clock.h"

#define US NSEC_PER_USEC
#define MS NSEC_PER_MSEC

/* 1, 3 and 7 s are when SYNs are sent again: 1 s, doubled each time (RFC 6298, 2). */
const uint64_t duration_bounds_ns[DURATION_BOUNDS] = {
	500 * US, 1 * MS,   2500 * US, 5 * MS,	  10 * MS,   25 * MS,	50 * MS,
	100 * MS, 250 * MS, 500 * MS,  1000 * MS, 3000 * MS, 7000 * MS,
};

/* As OpenMetrics wants them, so that they are the same in both forms. */
const char *const duration_bound_names[DURATION_BOUNDS + 1] = {
	"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
	"0.1",	  "0.25",  "0.5",    "1.0",   "3.0",  "7.0",   "+Inf",
};
