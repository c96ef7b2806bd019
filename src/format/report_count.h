/* SPDX-License-Identifier: MIT */
/* Counts -> lines: a table for people, or JSON. Pure. */
#ifndef FORMAT_REPORT_COUNT_H
#define FORMAT_REPORT_COUNT_H

#include "aggregate/counts.h"
#include "format/report.h"

enum count_column {
	COUNT_ATTEMPTS = KEY_COLUMNS,
	COUNT_ESTABLISHED,
	COUNT_FAILED,
	COUNT_CANCELLED,
	COUNT_ERRORS,
	COUNT_COLUMNS,
};

/* The widths of the columns, as wide as the widest cell or narrowed; 0: not there. */
struct count_table {
	unsigned int width[COUNT_COLUMNS];
};

/* Makes the columns wide enough for their names, and for that group (of struct counts). */
void count_table_start(struct count_table *table, unsigned int by);
void count_table_fit(struct count_table *table, const struct group *group,
		     const struct names *names);

/* Shortens columns until a row fits into width, as far as they can be shortened. */
void count_table_narrow(struct count_table *table, unsigned int width);

/* Each appends one line, newline included. */
void count_table_header(struct buffer *out, const struct count_table *table);
void count_table_row(struct buffer *out, const struct count_table *table, const struct group *group,
		     const struct format_context *ctx);
void count_json(struct buffer *out, const struct group *group, unsigned int by,
		const struct span *span, const struct format_context *ctx);

#endif
