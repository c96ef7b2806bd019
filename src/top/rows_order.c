// SPDX-License-Identifier: MIT
#include "top/rows_order.h"

#include <stdlib.h>

#include "top/rows_key.h"
#include "util/array.h"

static uint64_t sum_of(const uint32_t history[LIVE_HISTORY])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < LIVE_HISTORY; i++)
		sum += history[i];
	return sum;
}

struct row_rank row_rank_of(enum rows_order order, const struct row *row)
{
	switch (order) {
	case ORDER_OPEN:
		return (struct row_rank){row->n_open, row->n_pending};
	case ORDER_NEW:
		return (struct row_rank){row->last.begun, sum_of(row->history)};
	case ORDER_FAILED:
		return (struct row_rank){row->last.failed, row->failed};
	case ORDER_SLOW:
		return (struct row_rank){row->p99_ns, row->max_ns};
	case ORDER_BYTES:
		return (struct row_rank){row->tx_rate + row->rx_rate, row->tx + row->rx};
	case ORDER_NAME:
		return (struct row_rank){0};
	default: /* ORDER_TROUBLE */
		return (struct row_rank){row->weight, row->tx_rate + row->rx_rate};
	}
}

static int compare_ranks(const struct row_rank *a, const struct row_rank *b)
{
	if (a->first != b->first)
		return a->first > b->first ? -1 : 1;
	return (a->second < b->second) - (a->second > b->second);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct ranked *x = a, *y = b;
	const struct rows_how *how = arg;
	int order = how->order == ORDER_NAME
			    ? row_compare_names(how->by, x->row->pair, y->row->pair, how->names)
			    : compare_ranks(&x->rank, &y->rank);

	if (order)
		return how->reverse ? -order : order;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

void rows_sort(struct ranked *ranked, size_t n, const struct rows_how *how)
{
	if (n) /* else there is no array, which must not be NULL */
		qsort_r(ranked, n, sizeof(*ranked), compare, (void *)how);
}

const char *rows_order_name(size_t i)
{
	static const char *const names[ORDER_END] = {
		[ORDER_TROUBLE] = "trouble", [ORDER_OPEN] = "open", [ORDER_NEW] = "new",
		[ORDER_FAILED] = "failed",   [ORDER_SLOW] = "slow", [ORDER_BYTES] = "bytes",
		[ORDER_NAME] = "name",
	};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}
