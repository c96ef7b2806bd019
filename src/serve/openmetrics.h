/* SPDX-License-Identifier: MIT */
/* The text format 0.0.4 -> OpenMetrics 1.0.0. Pure. */
#ifndef SERVE_OPENMETRICS_H
#define SERVE_OPENMETRICS_H

#include <stddef.h>

#include "util/buffer.h"

/* So many bytes more than the text it may take. */
#define OPENMETRICS_MORE 8

/*
 * The differences: a counter's family has no _total; exemplars, which the text has as comments
 * (metrics/metrics.h), stand behind their value; other comments are none; there is an end.
 */
void openmetrics_put(struct buffer *out, const char *text, size_t n);

#endif
