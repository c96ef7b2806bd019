/* SPDX-License-Identifier: MIT */
/* What is open, in groups -> columns of a report's table, or JSON. Pure. */
#ifndef FORMAT_REPORT_OPEN_H
#define FORMAT_REPORT_OPEN_H

#include "aggregate/opens.h"
#include "format/report_table.h"

/* Of groups of struct opens. */
extern const struct report_columns open_columns;

/* Appends one line, newline included. now_ns: when it was so, CLOCK_BOOTTIME. */
void open_json(struct buffer *out, const struct group *group, unsigned int by, uint64_t now_ns,
	       const struct format_context *ctx);

#endif
