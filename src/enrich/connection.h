/* SPDX-License-Identifier: MIT */
/* What names a connection, in all of its events. */
#ifndef ENRICH_CONNECTION_H
#define ENRICH_CONNECTION_H

#include "model/event.h"

/* No padding. */
struct connection_key {
	uint64_t start_ns, cpu;
};

static inline struct connection_key connection_key(const struct event *event)
{
	return (struct connection_key){event->start_ns, event->cpu};
}

#endif
