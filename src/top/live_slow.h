/* SPDX-License-Identifier: MIT */
/* Handshakes of connections that live.h has forgotten: the slowest. Pure; for live*.c. */
#ifndef TOP_LIVE_SLOW_H
#define TOP_LIVE_SLOW_H

#include "top/live.h"

/* Zero-initialised, there are none. */
struct live_slow {
	struct live_handshake kept[LIVE_HANDSHAKES];
	size_t n;
};

/* A connection is about to be forgotten. Takes its handshake, if it is one of the slowest. */
void live_slow_keep(struct live_slow *slow, const struct live_connection *connection,
		    const struct live_pair *pair);

/* Forgets those that were over LIVE_HANDSHAKE_NS ago. */
void live_slow_expire(struct live_slow *slow, uint64_t now_ns);

/* Those of a pair are of another now; with none (NULL), they are forgotten. */
void live_slow_replace(struct live_slow *slow, const struct live_pair *pair,
		       const struct live_pair *by);

#endif
