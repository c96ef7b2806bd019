/* SPDX-License-Identifier: MIT */
/* Which row comes before which. Pure; for rows.c. */
#ifndef TOP_ROWS_ORDER_H
#define TOP_ROWS_ORDER_H

#include "top/rows.h"

/* What rows are compared by: the greatest first. */
struct row_rank {
	uint64_t first, second;
};

/* Of ORDER_NAME, 0. */
struct row_rank row_rank_of(enum rows_order order, const struct row *row);

/* A row among others. */
struct ranked {
	struct row_rank rank;
	uint64_t seq; /* when it came: of two that are equal otherwise, the older one comes first */
	const struct row *row;
};

void rows_sort(struct ranked *ranked, size_t n, const struct rows_how *how);

#endif
