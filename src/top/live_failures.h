/* SPDX-License-Identifier: MIT */
/* The newest failures of live.h, and the errnos of the last minute. Pure; for live.c. */
#ifndef TOP_LIVE_FAILURES_H
#define TOP_LIVE_FAILURES_H

#include "aggregate/counts.h"
#include "top/live.h"

#define ERROR_SECONDS 60

struct error_second {
	uint64_t second; /* of the events' time */
	struct counts counts;
};

/* Zero-initialised, there are none. */
struct live_failures {
	struct live_failure ring[LIVE_FAILURES];
	uint64_t n; /* so many have come */
	struct error_second seconds[ERROR_SECONDS];
};

/* pair: NULL, if it found no room. n: so many such events the event stands for. */
void live_failures_add(struct live_failures *failures, const struct event *event,
		       const struct live_pair *pair, uint64_t n);

/* Those of a pair are of another now; of none (NULL), as it is about to be freed. */
void live_failures_replace(struct live_failures *failures, const struct live_pair *pair,
			   const struct live_pair *by);

/* Fills sums->errors. */
void live_failures_sum(const struct live_failures *failures, uint64_t now_ns,
		       struct live_sums *sums);

/* As live_failure(). */
const struct live_failure *live_failures_at(const struct live_failures *failures, size_t index);

#endif
