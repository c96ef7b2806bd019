/* SPDX-License-Identifier: MIT */
/* How many sockets are open, which way, and what they have carried. Pure. */
#ifndef AGGREGATE_OPENS_H
#define AGGREGATE_OPENS_H

#include <stdint.h>

#include "model/event.h"

/* A socket is counted once of the first four, and in `unheld` as well if no process holds it. */
struct opens {
	uint64_t outbound, inbound, unknown, listening;
	uint64_t unheld;
	uint64_t bytes_sent, bytes_received; /* payload */
};

/* Counts an EVENT_OPEN. */
void opens_add(struct opens *opens, const struct event *event);

void opens_merge(struct opens *to, const struct opens *from);

static inline uint64_t opens_all(const struct opens *opens)
{
	return opens->outbound + opens->inbound + opens->unknown + opens->listening;
}

/* For groups_sorted(): most sockets first, then most bytes. */
int opens_compare(const void *a, const void *b);

/*
 * The order in which people find a socket: by process, its name first, then by peer; those that no
 * process holds come last.
 */
int opens_order(const struct event *a, const struct event *b);

#endif
