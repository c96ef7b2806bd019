/* SPDX-License-Identifier: MIT */
/*
 * What this host is connecting to now: connections by process and destination, moved on by events
 * and gauges. Bounded; what did not fit is counted. Times are CLOCK_BOOTTIME, ns, or those of a
 * record that is shown again. Pure.
 */
#ifndef TOP_LIVE_H
#define TOP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/decode.h"
#include "model/event.h"

/* Intervals that are remembered, for sparklines: the last one is that of the last tick. */
#define LIVE_HISTORY 60

/* How long what has ended is still shown. */
#define LIVE_ENDED_NS (10 * 1000000000ull)

/* How long a pair without connections stays after its last event. */
#define LIVE_PAIR_NS (60 * 1000000000ull)

/* Failures that are remembered, the newest. */
#define LIVE_FAILURES 256

/* For how long a handshake is of interest; and how many are remembered of what is forgotten. */
#define LIVE_HANDSHAKE_NS (60 * 1000000000ull)
#define LIVE_HANDSHAKES	  100

/*
 * Connections, and pairs. Before one finds no room, and is counted only, those go that have ended
 * and that have no connection, the oldest first.
 */
#define LIVE_CONNECTIONS_MAX 200000
#define LIVE_PAIRS_MAX	     20000

/* What happened in one interval. */
struct live_interval {
	uint32_t begun, established, failed, cancelled, retries, closed;
	uint64_t slowest_ns;		     /* of the handshakes; 0: none */
	uint64_t p99_ns;		     /* likewise; of live_sums() only, else 0 */
	uint64_t bytes_sent, bytes_received; /* as gauges and closes have told */
};

struct live_connection {
	uint64_t start_ns; /* with cpu: the connection's id */
	uint16_t cpu;
	uint8_t state;		/* TCP_*, as last known */
	bool has_src, measured; /* measured: a gauge, EVENT_OPEN or EVENT_CLOSE has come */
	bool preexisting;
	bool ended;
	bool unseen;	      /* its end was: ended_ns is when that was noticed */
	uint16_t error;	      /* of its failure or end; 0: none */
	enum event_kind last; /* the last event */
	struct endpoint src;
	uint64_t begun_ns, established_ns, ended_ns; /* 0: not known */
	uint64_t latency_ns;			     /* 0: not known */
	uint32_t retries;			     /* SYNs sent again */
	uint32_t holders;			     /* of a preexisting one, if known; else 0 */
	uint64_t tx, rx, tx_rate, rx_rate;	     /* payload, bytes; rates per second */
	uint64_t idle_ns;
	uint32_t unacked, retransmits, rtt_us;
	struct live_connection *prev, *next; /* of the same pair; next: NULL behind the last */
};

/* A process (an image is as good), and one of its destinations. */
struct live_pair {
	bool has_process; /* else nobody is known to have or hold it */
	uint32_t pid, uid;
	uint64_t process_start_ns;
	char comm[COMM_LEN];
	/* Of its latest image, as far as known, else NULL. */
	const char *exe;	    /* ".../bin/curl": its end alone is known; "memfd:NAME" */
	const char *container;	    /* the id, or the name where it has no id */
	const char *container_name; /* that was looked up for one that has an id */
	const char *unit, *cgroup;  /* cgroup: the path */
	uint64_t cgroup_id;	    /* 0: not known */
	/* Of the destination, by all of its attempts. */
	const char *name;	/* as dns_label() has them */
	struct dns_names names; /* in the order of their bytes; n 0: there are none */
	uint8_t family;
	struct endpoint dst;
	struct live_connection *connections; /* newest first */
	size_t n_open, n_pending;
	size_t n_preexisting;			    /* of n_open */
	uint16_t error;				    /* of its last failure; 0: none */
	uint64_t begun, failed, cancelled, retries; /* since the beginning */
	/* Attempts, and failures by 16 more: of before the last tick, half as much 20 s later. */
	uint32_t weight;
	struct live_interval last;	/* of the last tick */
	uint32_t history[LIVE_HISTORY]; /* begun, by interval, the newest last */
	/* Of all its handshakes, as of the last tick: latencies.h says how exact. 0: none. */
	uint64_t p50_ns, p90_ns, p99_ns, max_ns;
	uint64_t tx, rx, tx_rate, rx_rate; /* rates: of those that are open */
	uint64_t last_ns;		   /* of its last event; 0: none since tracing began */
	struct live_pair *prev, *next;	   /* prev of the first: the last */
};

struct live_failure {
	uint64_t time_ns;
	uint64_t latency_ns; /* 0: not known */
	uint32_t retries;
	uint16_t error; /* 0: cancelled */
	bool not_sent;
	const struct live_pair *pair; /* NULL: it is forgotten */
	struct endpoint src;
	bool has_src;
};

struct live_handshake {
	const struct live_pair *pair;
	struct live_connection connection; /* as it was at last; on no list */
};

struct live;

/* The caller frees it. -ENOMEM. */
int live_new(struct live **ret);
void live_free(struct live *live);

/*
 * What is known now, for who looks at it while the other goes on: it takes no events, gauges and
 * ticks. The caller frees it. -ENOMEM.
 */
int live_copy(const struct live *live, struct live **ret);

/* Takes any event. Copies what it keeps of it, image and cgroup included. */
void live_event(struct live *live, const struct event *event);

/* Takes what a connection carries, or that it is pending. One that is not known is left alone. */
void live_gauge(struct live *live, const struct gauge *gauge);

/*
 * All gauges of this interval have come: before live_tick(). A connection that had gauges before,
 * or is an attempt that began while tracing, and lacks one LIVE_LACKING times in a row, has ended,
 * and the event of that was lost; or comes late, and counts then.
 */
#define LIVE_LACKING 3
void live_gauges_complete(struct live *live);

/*
 * An interval ends: after its gauges. Rates are over the time since the last tick. Forgets what has
 * ended LIVE_ENDED_NS ago.
 */
void live_tick(struct live *live, uint64_t now_ns);

/*
 * What told of connections is over, and something else begins: nothing more will be heard of those
 * that are open or pending, which have ended by now, unseen. now_ns: as live_tick() takes it.
 */
void live_begin_anew(struct live *live, uint64_t now_ns);

/* All pairs, the newest first; valid until the next call of the five above. */
const struct live_pair *live_pairs(const struct live *live);

struct live_sums {
	size_t n_pairs, n_open, n_pending,
		n_preexisting;			   /* n_preexisting: of those that are open */
	uint64_t begun, failed, cancelled, closed; /* since the beginning */
	uint64_t forgotten; /* connections that found no room: they are in the sums only */
	struct live_interval history[LIVE_HISTORY]; /* the newest last */
	size_t n_history;			    /* of them, how many there have been */
	struct {
		uint16_t error;
		uint32_t n;
	} errors[8]; /* of the last minute, the most frequent first; n 0: there are no more */
};

const struct live_sums *live_sums(const struct live *live);

/* The newest failures first; NULL behind the last. */
const struct live_failure *live_failure(const struct live *live, size_t index);

/*
 * Of connections that are forgotten, the slowest handshakes of the last LIVE_HANDSHAKE_NS, in no
 * order; NULL behind the last.
 */
const struct live_handshake *live_handshake(const struct live *live, size_t index);

#endif
