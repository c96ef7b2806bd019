/* SPDX-License-Identifier: MIT */
/*
 * Pairs of live.h as rows of a table: put together, left out by words, and in an order in which
 * they can be read. Pure.
 */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include "top/live.h"
#include "util/names.h"

/* What a row is. */
enum rows_by {
	ROWS_PAIR,    /* a process and a destination */
	ROWS_PROCESS, /* a process */
	ROWS_EXE,
	ROWS_CONTAINER, /* or unit, or cgroup: the first that is known */
	ROWS_USER,
	ROWS_DST,     /* an address and port */
	ROWS_NETWORK, /* /24 of IPv4, /64 of IPv6 */
	ROWS_PORT,
	ROWS_NAME, /* of the destination, by DNS */
	ROWS_BY_END,
};

enum rows_order {
	ORDER_TROUBLE, /* by weight: failures and attempts of the last minute; then by bytes */
	ORDER_OPEN,
	ORDER_NEW,
	ORDER_FAILED,
	ORDER_SLOW,  /* by p99 */
	ORDER_BYTES, /* both directions, a second */
	ORDER_NAME,
	ORDER_END,
};

struct row {
	const struct live_pair *pair; /* the oldest; of ROWS_PROCESS, that of the last event */
	size_t n_pairs;
	size_t n_open, n_pending;
	struct live_interval last;
	uint32_t weight;
	uint64_t retries, failed;	 /* since the beginning */
	uint64_t p50_ns, p99_ns, max_ns; /* of all handshakes of its pairs; 0: none */
	uint64_t tx, rx, tx_rate, rx_rate;
	uint32_t history[LIVE_HISTORY];
	bool over;	  /* nothing of it is open or pending */
	bool preexisting; /* some that is open was before */
};

struct rows;

int rows_new(struct rows **ret);
void rows_free(struct rows *rows);

struct rows_how {
	enum rows_by by;
	enum rows_order order;
	bool reverse;
	bool idle; /* also rows at which nothing happens: no event in the last minute, no rate */
	const char *filter; /* rows_fit(); "": all. A word without `!` asks for idle rows, too */
	const struct live_pair *of; /* only pairs that `of_by` puts into its row; NULL: all */
	enum rows_by of_by;
	const struct names *names; /* of users and ports; NULL: numbers alone */
	uint64_t now_ns;
};

/*
 * Makes the rows anew. A row keeps its place for 3 s at least (by how.now_ns), unless how changes:
 * until then only new ones come in between, and others go. Rows are valid until live changes.
 * Returns 0 or -ENOMEM: then there are none.
 */
int rows_make(struct rows *rows, const struct live *live, const struct rows_how *how);

size_t rows_n(const struct rows *rows);
size_t rows_all(const struct rows *rows); /* without the filter: idle ones, if it asks for them */
const struct row *rows_at(const struct rows *rows, size_t index); /* NULL behind the last */

/*
 * Whether the pair fits all words, or all on one side of an "or". A number is a pid, user or port.
 * An address is the destination's: whole, with a port or without, a network ("10.0.0.0/8"), or its
 * beginning ("10.0."). Any other word is a part, in any case, of name, executable, container,
 * unit, user or the destination's name, of a connection's state ("close_wait"), or of the errno of
 * a connection or of the last failure. "port 443", "comm ng" ask that field alone: pid, user,
 * comm, exe, container, unit, cgroup, address, name, port, state, error. Behind `!`, a word must
 * not fit. What is being typed ("port ", "!", "10.0.0.0/") leaves nothing out.
 */
bool rows_fit(const struct live_pair *pair, const char *words, const struct names *names);

/* Whether both are of one row; those of which that is not known share one. */
bool rows_same(enum rows_by by, const struct live_pair *a, const struct live_pair *b);

/* Names by index, for keys and messages; NULL behind the last. */
const char *rows_by_name(size_t i);
const char *rows_order_name(size_t i);

#endif
