/* SPDX-License-Identifier: MIT */
/* What a store does not have of the time that it is asked for: said on stderr. */
#ifndef COMMANDS_KEPT_H
#define COMMANDS_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"
#include "replay/parse.h"
#include "store/reader.h"
#include "util/clock.h"

struct kept {
	const struct options *options;
	uint64_t last_ns; /* UTC of the latest line that was read */
	uint64_t stop_ns; /* if that was of a recorder's end: until when it observed; else 0 */
	uint64_t dropped; /* lines that have left the store, as its own lines say */
	uint64_t gaps, gaps_ns; /* how often nobody recorded, and for how long in all */
};

/* Every line that is read, in order. before_ns: of the latest before its frame. */
void kept_line(struct kept *kept, const struct replay_line *line, uint64_t before_ns);

/* All is read: says what is left to say. */
void kept_end(const struct kept *kept, const struct store_read *read);

/* Of the time that is asked for, what the store has; 0 and 0: nothing. */
struct span kept_span(const struct store_options *store, const struct store_read *read);

#endif
