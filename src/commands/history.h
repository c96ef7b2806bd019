/* SPDX-License-Identifier: MIT */
/* What a store has of what the options ask for: read for lines, and for reports. */
#ifndef COMMANDS_HISTORY_H
#define COMMANDS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "options/options.h"
#include "replay/parse.h"
#include "util/clock.h"

/*
 * A line that is wanted, all of an event or a notice, without its newline. Returns false to have no
 * more.
 */
typedef bool history_line_fn(void *ctx, const struct replay_line *line, const char *text,
			     size_t size);

/*
 * Hands on every line that the options want, oldest first, and says what could not be read, or is
 * missing. *ret_span: what the store has of the time that was asked for, 0 and 0 for nothing; UTC.
 * Returns an exit status.
 */
int history_read(const struct options *options, history_line_fn *take, void *ctx,
		 struct span *ret_span);

#endif
