/* SPDX-License-Identifier: MIT */
/* The columns of the table. Private to draw_table.c and draw_table_cells.c. */
#ifndef TOP_TABLE_H
#define TOP_TABLE_H

#include "top/draw.h"

/* From left to right. */
enum table_column {
	TABLE_WHO,
	TABLE_USER,
	TABLE_PLACE,
	TABLE_EXE,
	TABLE_DST,
	TABLE_OPEN,
	TABLE_PENDING,
	TABLE_NEW,
	TABLE_FAIL,
	TABLE_FAILED,
	TABLE_RETRY,
	TABLE_P50,
	TABLE_P99,
	TABLE_MAX,
	TABLE_TX_RATE,
	TABLE_RX_RATE,
	TABLE_TX,
	TABLE_RX,
	TABLE_SPARK,
	TABLE_COLUMNS,
};

struct table {
	const struct draw *draw;
	enum rows_by by;
	uint8_t width[TABLE_COLUMNS];
};

/* In fewer columns, the name of a process is worth more than its pid. */
#define WHO_WITH_PID 14

/* Intervals that are in one bar of TABLE_SPARK: where there are few columns, three. */
size_t intervals_per_bar(const struct table *table);

/* Fills the cell of a row in that column, which there must be. */
void table_cell(struct cell *cell, const struct table *table, const struct row *row,
		enum table_column column);

#endif
