/* SPDX-License-Identifier: MIT */
/* Groups -> a table for people: columns of their keys, then of their values. Pure. */
#ifndef FORMAT_REPORT_TABLE_H
#define FORMAT_REPORT_TABLE_H

#include "format/report.h"

#define REPORT_COLUMNS_MAX 8

/* The columns of the values that one kind of report has. */
struct report_columns {
	unsigned int n; /* at most REPORT_COLUMNS_MAX */
	const char *names[REPORT_COLUMNS_MAX];

	/* Fills the cell of a value's column, from 0, in at most max columns of the terminal. */
	void (*fill)(struct cell *cell, const void *value, unsigned int column, unsigned int max);

	/* Of words that can be shortened, and so flush left; all others are numbers. */
	bool last_is_words;

	/* Whether the last cell is to be seen first. NULL: never. */
	bool (*alarms)(const void *value);
};

/* The widths of the columns, as wide as the widest cell or narrowed; 0: not there. */
struct report_table {
	const struct report_columns *columns;
	unsigned int width[KEY_COLUMNS + REPORT_COLUMNS_MAX];
};

/* Makes the columns wide enough for their names, and for that group. */
void report_table_start(struct report_table *table, const struct report_columns *columns,
			unsigned int by);
void report_table_fit(struct report_table *table, const struct group *group,
		      const struct names *names);

/* Shortens columns until a row fits into width, as far as they can be shortened. */
void report_table_narrow(struct report_table *table, unsigned int width);

/* Each appends one line, newline included. */
void report_table_header(struct buffer *out, const struct report_table *table);
void report_table_row(struct buffer *out, const struct report_table *table,
		      const struct group *group, const struct format_context *ctx);

#endif
