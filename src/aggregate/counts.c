// SPDX-License-Identifier: MIT
#include "aggregate/counts.h"

static void add_errors(struct counts *counts, uint16_t error, uint64_t n)
{
	struct error_count *slot = counts->errors;

	while (slot < counts->errors + COUNTS_ERRORS && slot->n && slot->error != error)
		slot++;
	if (slot < counts->errors + COUNTS_ERRORS)
		slot->error = error;
	slot->n += n;
}

void counts_add(struct counts *counts, const struct event *event)
{
	uint64_t n = event_weight(event);

	switch (event->kind) {
	case EVENT_CONNECT:
		counts->attempts += n;
		break;
	case EVENT_ESTABLISHED:
		counts->established += n;
		break;
	case EVENT_FAILED:
		counts->failed += n;
		add_errors(counts, event->error, n);
		break;
	case EVENT_CANCELLED:
		counts->cancelled += n;
		break;
	default:
		break;
	}
}

void counts_merge(struct counts *to, const struct counts *from)
{
	to->attempts += from->attempts;
	to->established += from->established;
	to->failed += from->failed;
	to->cancelled += from->cancelled;
	for (int i = 0; i < COUNTS_ERRORS && from->errors[i].n; i++)
		add_errors(to, from->errors[i].error, from->errors[i].n);
	to->errors[COUNTS_ERRORS].n += from->errors[COUNTS_ERRORS].n;
}

int counts_compare(const void *a, const void *b)
{
	const struct counts *x = a, *y = b;
	uint64_t m = counts_events(x), n = counts_events(y);

	if (x->attempts != y->attempts)
		return x->attempts > y->attempts ? -1 : 1;
	return m > n ? -1 : m < n;
}
