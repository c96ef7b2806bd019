/* SPDX-License-Identifier: MIT */
/*
 * The option table: a row gives an option's parsing and its help. What the rows' functions are is
 * known to option_rows.c alone.
 */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

#include <stddef.h>

#include "cli/options.h"

#define EVENTS_ALL ((EVENT_BIT(EVENT_KIND_END) - 1) & ~1u)
#define EVENTS_FAILED                                                                              \
	(EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY))
/* Those that have a latency, and what follows from them. */
#define EVENTS_TIMED                                                                               \
	(EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) |     \
	 EVENT_BIT(EVENT_CLOSE))
#define EVENTS_DEFAULT (EVENTS_FAILED | EVENT_BIT(EVENT_ESTABLISHED))
#define EVENTS_COUNT                                                                               \
	(EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) |       \
	 EVENT_BIT(EVENT_CANCELLED))
#define RING_SIZE (4 * 1024 * 1024)

#define WHY_MAX 384

/* How much of its own input a message shows: so that the way out always fits behind it. */
#define SHOWN "%.80s"

struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *value; /* what the value is called in the help; NULL: it takes none */

	/*
	 * Takes the value (NULL for an option without one) into options. Returns 0, or -EINVAL and
	 * the reason in why (WHY_MAX bytes).
	 */
	int (*set)(struct options *options, const char *value, char *why);
	const char *help;
};

extern const struct option_row option_rows[];
extern const size_t n_option_rows;

/* No more rows than that. */
#define OPTION_ROWS_MAX 40

#endif
