/* SPDX-License-Identifier: MIT */
/* Sockets that are open -> a table for people, and a line that sums them up. Pure. */
#ifndef FORMAT_LIST_H
#define FORMAT_LIST_H

#include "aggregate/opens.h"
#include "format/format.h"

/* From left to right. */
enum list_column {
	LIST_STATE,
	LIST_PROCESS,
	LIST_PID,
	LIST_FD,
	LIST_LOCAL,
	LIST_REMOTE,
	LIST_DIR,
	LIST_IDLE,
	LIST_RTT,
	LIST_RETR,
	LIST_UNACKED,
	LIST_TX,
	LIST_RX,
	LIST_PLACE, /* container or unit */
	LIST_EXE,
	LIST_COLUMNS,
};

/* The widths of the columns, as wide as the widest cell or narrowed; 0: not there. */
struct list_table {
	unsigned int width[LIST_COLUMNS];
};

/* No line is longer, newline included: a cell has CELL_MAX bytes, and as many columns are half. */
#define LIST_LINE_MAX 16384

/* Makes the columns wide enough for their names, and for that EVENT_OPEN. */
void list_table_start(struct list_table *table);
void list_table_fit(struct list_table *table, const struct event *event, const struct names *names);

/*
 * Leaves columns out and shortens others until a row fits into width. At least those of process and
 * peer stay, in 24 columns of the terminal.
 */
void list_table_narrow(struct list_table *table, unsigned int width);

/* Each appends one line, newline included. */
void list_table_header(struct buffer *out, const struct list_table *table);
void list_table_row(struct buffer *out, const struct list_table *table, const struct event *event,
		    const struct names *names);

/*
 * Appends "1,284 outbound, 96 inbound, 3 of unknown direction, 7 listening, 4 held by no process";
 * what there is none of is left out. Without a newline; nothing if there is nothing at all.
 */
void list_sums(struct buffer *out, const struct opens *opens);

#endif
