// SPDX-License-Identifier: MIT
#include "top/live_failures.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/clock.h"

static void count_error(struct live_failures *failures, const struct event *event, uint64_t n)
{
	const struct counts one = {.errors[0] = {.error = event->error, .n = n}};
	uint64_t second = event->time_ns / NSEC_PER_SEC;
	struct error_second *slot = &failures->seconds[second % ERROR_SECONDS];

	if (slot->second != second)
		*slot = (struct error_second){.second = second};
	counts_merge(&slot->counts, &one);
}

void live_failures_add(struct live_failures *failures, const struct event *event,
		       const struct live_pair *pair, uint64_t n)
{
	struct live_failure *failure = &failures->ring[failures->n++ % LIVE_FAILURES];

	*failure = (struct live_failure){
		.time_ns = event->time_ns,
		.latency_ns = event->has & EVENT_HAS_LATENCY ? event->latency_ns : 0,
		.retries = event->has & EVENT_HAS_RETRIES ? event->retries : 0,
		.error = event->kind == EVENT_FAILED ? event->error : 0,
		.not_sent = event->not_sent,
		.pair = pair,
		.src = event->src,
		.has_src = event->has & EVENT_HAS_SRC,
	};
	if (event->kind == EVENT_FAILED)
		count_error(failures, event, n);
}

void live_failures_replace(struct live_failures *failures, const struct live_pair *pair,
			   const struct live_pair *by)
{
	for (size_t i = 0; i < LIVE_FAILURES; i++)
		if (failures->ring[i].pair == pair)
			failures->ring[i].pair = by;
}

static int compare_errors(const void *a, const void *b)
{
	const struct error_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (int)x->error - (int)y->error;
}

void live_failures_sum(const struct live_failures *failures, uint64_t now_ns,
		       struct live_sums *sums)
{
	uint64_t now = now_ns / NSEC_PER_SEC;
	struct counts counts = {0};

	for (size_t i = 0; i < ERROR_SECONDS; i++)
		if (now - failures->seconds[i].second < ERROR_SECONDS)
			counts_merge(&counts, &failures->seconds[i].counts);
	/* Without the last, which is of further kinds together. */
	qsort(counts.errors, COUNTS_ERRORS, sizeof(counts.errors[0]), compare_errors);
	for (size_t i = 0; i < ARRAY_SIZE(sums->errors); i++) {
		const struct error_count *error = &counts.errors[i];

		sums->errors[i].error = error->error;
		sums->errors[i].n = error->n < UINT32_MAX ? (uint32_t)error->n : UINT32_MAX;
	}
}

const struct live_failure *live_failures_at(const struct live_failures *failures, size_t index)
{
	if (index >= LIVE_FAILURES || index >= failures->n)
		return NULL;
	return &failures->ring[(failures->n - 1 - index) % LIVE_FAILURES];
}
