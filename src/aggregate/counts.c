// SPDX-License-Identifier: MIT
#include "aggregate/counts.h"

static void add_error(struct counts *counts, uint16_t error)
{
	struct error_count *slot = counts->errors;

	while (slot < counts->errors + COUNTS_ERRORS && slot->n && slot->error != error)
		slot++;
	if (slot < counts->errors + COUNTS_ERRORS)
		slot->error = error;
	slot->n++;
}

void counts_add(struct counts *counts, const struct conn *conn)
{
	switch (conn->kind) {
	case EVENT_CONNECT:
		counts->attempts++;
		break;
	case EVENT_ESTABLISHED:
		counts->established++;
		break;
	case EVENT_FAILED:
		counts->failed++;
		add_error(counts, conn->error);
		break;
	case EVENT_CANCELLED:
		counts->cancelled++;
		break;
	default:
		break;
	}
}

int counts_compare(const void *a, const void *b)
{
	const struct counts *x = a, *y = b;
	uint64_t m = counts_events(x), n = counts_events(y);

	if (x->attempts != y->attempts)
		return x->attempts > y->attempts ? -1 : 1;
	return m > n ? -1 : m < n;
}
