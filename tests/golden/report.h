/* SPDX-License-Identifier: MIT */
/* Reports of events: what count, latency and list show. */
#ifndef GOLDEN_REPORT_H
#define GOLDEN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "format/format.h"

/*
 * name: "count", "latency" or "list"; keys: comma-separated. Returns false if there is no such
 * report, or no such key.
 */
bool put_report(struct buffer *out, const char *name, const char *keys, bool json,
		const struct event *events, size_t n, const struct format_context *ctx);

#endif
