/* SPDX-License-Identifier: MIT */
/*
 * The pairs of live.h: found, named, aged, forgotten. Pure; for live.c, and for rows.c, which sums
 * up latencies.
 */
#ifndef TOP_LIVE_PAIR_H
#define TOP_LIVE_PAIR_H

#include <uthash.h>

#include "top/latencies.h"
#include "top/live.h"

/* So many attempts a failure weighs. */
#define WEIGHT_OF_FAILURE 16

/* No padding: hashed as bytes. */
struct pair_key {
	uint64_t process_start_ns;
	uint32_t has_process, pid;
	uint8_t addr[16];
	uint32_t scope_id, port;
};

struct pair {
	struct live_pair shown; /* first: a pointer to the one is one to the other */
	struct pair_key key;
	struct live_interval interval; /* that is not over yet */
	struct latencies latencies;
	bool latencies_changed; /* since the last tick */
	double weight;		/* as of the last tick */
	uint32_t weight_since;
	uint64_t named_ns; /* the beginning of the attempt that it has its names of */
	uint64_t cgroup1_id;
	uint32_t exec_id;
	char *texts; /* all of shown */
	size_t texts_size;
	size_t n_connections;
	struct pair *prev, *next; /* of those without connections */
	UT_hash_handle hh;
};

/* Zero-initialised, there are none. */
struct pairs {
	struct pair *hash;
	struct live_pair *list;
	struct pair *idle; /* without connections, the one of the oldest event first */
};

/* The event's pair; NULL: there is none. */
struct pair *pairs_find(const struct pairs *pairs, const struct event *event);

/* Adds it, idle. NULL: no memory. */
struct pair *pairs_add(struct pairs *pairs, const struct event *event);

void pairs_remove(struct pairs *pairs, struct pair *pair);

/* Outside of all lists, with the connections of the other. NULL: no memory. */
struct pair *pair_copy(const struct pair *pair);
void pair_free(struct pair *pair);

/* Who the process is, if the event knows it later than the pair does. */
void pair_name(struct pair *pair, const struct event *event);

/* Something happened to it. */
void pairs_touch(struct pairs *pairs, struct pair *pair, uint64_t time_ns);

/* It has one connection more, or less. */
void pairs_hold(struct pairs *pairs, struct pair *pair);
void pairs_release(struct pairs *pairs, struct pair *pair);

/* So many more attempts and failures. */
void pair_weigh(struct pair *pair, uint64_t begun, uint64_t failed);

/* An interval ends. decay: what is left of a weight of when it began. Rates are 0 then. */
void pair_tick(struct pair *pair, double decay);

#endif
