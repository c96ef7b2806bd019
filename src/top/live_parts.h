/* SPDX-License-Identifier: MIT */
/* What live.h is made of. For live*.c: live_table.c keeps it, live_update.c moves it on. */
#ifndef TOP_LIVE_PARTS_H
#define TOP_LIVE_PARTS_H

#include <uthash.h>

#include "aggregate/histogram.h"
#include "top/live.h"
#include "top/live_failures.h"
#include "top/live_pair.h"
#include "top/live_slow.h"

enum phase { PHASE_PENDING, PHASE_OPEN, PHASE_ENDED, PHASE_END };

/* No padding: hashed as bytes. */
struct connection_id {
	uint64_t start_ns, cpu;
};

struct connection {
	struct live_connection shown;
	struct connection_id id;
	struct pair *pair;
	enum phase phase;
	bool established;		/* EVENT_ESTABLISHED has come */
	bool gauged;			/* since the last tick */
	bool was_gauged;		/* ever */
	uint8_t lacking;		/* of the last gauges, in a row */
	bool has_base;			/* a gauge had come at the last tick as well: */
	uint64_t tx_base, rx_base;	/* what it had carried then */
	struct connection *prev, *next; /* of the same phase */
	UT_hash_handle hh;
};

struct live {
	struct pairs pairs;
	struct connection *connections; /* the hash */
	struct connection
		*of_phase[PHASE_END];  /* lists: what came to the phase first comes first */
	struct live_interval interval; /* that is not over yet */
	struct histogram handshakes;   /* of that */
	struct live_failures failures;
	struct live_slow slow;
	struct live_sums sums;
	uint64_t tick_ns;     /* of the last one; 0: there was none */
	bool told_begun;      /* EVENT_CONNECT comes: what has none began before */
	bool gauges_complete; /* of this interval */
};

/* NULL: it is not known. */
struct connection *live_find(const struct live *live, struct connection_id id);

/* The event's pair, which is added if it was not there. NULL: no room. */
struct pair *live_pair_of(struct live *live, const struct event *event);

/* A connection of the event's pair, pending. NULL: no room. */
struct connection *live_add(struct live *live, const struct event *event);

void live_set_phase(struct live *live, struct connection *connection, enum phase phase);

/* Forgets what was over for long enough. */
void live_expire(struct live *live, uint64_t now_ns);

/* Frees all, also of a copy. What is there then must not be used. */
void live_clear(struct live *live);

/* What the event says of the connection. is_new: it is the first that does. */
void live_update(struct live *live, struct connection *connection, const struct event *event,
		 bool is_new);

/* It is over, at that time. */
void live_end(struct live *live, struct connection *connection, uint64_t time_ns);

/* What it has carried. In the interval counts what is more than before. */
void live_carry(struct live *live, struct connection *connection, uint64_t tx, uint64_t rx);

#endif
