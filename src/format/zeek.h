/* SPDX-License-Identifier: MIT */
/*
 * A connection as a line of Zeek's conn.log: docs/fields.md, conn.log. What is not known is "-".
 * Pure.
 */
#ifndef FORMAT_ZEEK_H
#define FORMAT_ZEEK_H

#include <stdbool.h>

#include "format/format.h"

/*
 * Whether the event can be all that there is of a connection: an established one, too, if its end
 * is never seen. Nothing was sent of what failed before.
 */
bool zeek_has_line(const struct event *event);

/* When what the event tells of began, as far as it says: time_ns's clock. */
uint64_t zeek_begin_ns(const struct event *event);

/* The state, such as "SF"; "-": it cannot be known. */
const char *zeek_conn_state(const struct event *event);

/* Appends its line. begin_ns: when it began, by time_ns's clock. */
void zeek_line(struct buffer *out, const struct event *event, uint64_t begin_ns,
	       const struct format_context *ctx);

/* A text: "-" for NULL. No byte of it can end the field or be taken for "-" or "(empty)". */
void zeek_text(struct buffer *out, const char *before, const char *text);

#endif
