/* SPDX-License-Identifier: MIT */
/* How many attempts there were, and what became of them. Pure. */
#ifndef AGGREGATE_COUNTS_H
#define AGGREGATE_COUNTS_H

#include <stdint.h>

#include "model/event.h"

/* So many kinds of errno are counted apart in a group; further ones together. connect(2) has 12. */
#define COUNTS_ERRORS 12

struct error_count {
	uint16_t error; /* errno; 0: further kinds together */
	uint64_t n;
};

/* In an interval, a result can belong to an attempt of an earlier one. */
struct counts {
	uint64_t attempts, established, failed, cancelled;
	struct error_count errors[COUNTS_ERRORS + 1]; /* of `failed`; n 0: not there */
};

/* For each kind of errno that is there, a const struct error_count *error. */
#define for_each_error(error, counts)                                                              \
	for (const struct error_count *(error) = (counts)->errors;                                 \
	     (error) <= (counts)->errors + COUNTS_ERRORS; (error)++)                               \
		if ((error)->n)

/* Counts an attempt or a result, as often as the event stands for. Other events change nothing. */
void counts_add(struct counts *counts, const struct event *event);

void counts_merge(struct counts *to, const struct counts *from);

static inline uint64_t counts_events(const struct counts *counts)
{
	return counts->attempts + counts->established + counts->failed + counts->cancelled;
}

/* For groups_sorted(): most attempts first, then most results. */
int counts_compare(const void *a, const void *b);

#endif
