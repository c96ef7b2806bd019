/* SPDX-License-Identifier: MIT */
/* Histograms -> lines: drawn for people, or JSON. Pure. */
#ifndef FORMAT_REPORT_LATENCY_H
#define FORMAT_REPORT_LATENCY_H

#include "aggregate/histogram.h"
#include "format/report.h"

/* No drawing is longer (bytes). One with all rows takes 3,159, and four paths 2 KiB more;
 * test_reports draws it. */
#define LATENCY_DRAWING_MAX 8192

/* Appends the drawing of the group's struct histogram. */
void latency_drawing(struct buffer *out, const struct group *group, unsigned int by,
		     const struct format_context *ctx);

/* How many lines it takes. */
unsigned int latency_drawing_lines(const struct histogram *histogram, unsigned int by);

/* Appends one line, newline included. */
void latency_json(struct buffer *out, const struct group *group, unsigned int by,
		  const struct span *span, const struct format_context *ctx);

#endif
