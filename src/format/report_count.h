/* SPDX-License-Identifier: MIT */
/* Counts -> columns of a report's table, or JSON. Pure. */
#ifndef FORMAT_REPORT_COUNT_H
#define FORMAT_REPORT_COUNT_H

#include "aggregate/counts.h"
#include "format/report_table.h"

/* Of groups of struct counts. */
extern const struct report_columns count_columns;

/* Appends one line, newline included. */
void count_json(struct buffer *out, const struct group *group, unsigned int by,
		const struct span *span, const struct format_context *ctx);

#endif
