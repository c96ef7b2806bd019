/* SPDX-License-Identifier: MIT */
/* Who connected to where, of a record: a tally for each pair of a process and a destination. Pure.
 */
#ifndef REPORT_PAIRS_H
#define REPORT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/counts.h"

/* Further pairs are summed up: a report of more is read by nobody. */
#define PAIRS_MAX 10000

/*
 * A process by its executable and place, or a destination by name or address, and port. The texts
 * are UTF-8 of any kind, never NULL; the empty one: there is none.
 */
struct node {
	const char *name;  /* the whole path, or the process's name; the name or address */
	const char *place; /* the container or unit; the port */
	const char *note;  /* of a destination: names that it may have */
	bool is_path;
};

struct tally {
	struct counts counts;
	uint64_t closed, retries;
	uint64_t open_before, closed_before; /* of what was open before tracing began */
	uint64_t bytes_sent, bytes_received, slowest_ns;
};

/* What is known of any of its events: a record need not have all kinds of them. */
uint64_t tally_established(const struct tally *tally);
uint64_t tally_attempts(const struct tally *tally);
uint64_t tally_failures(const struct tally *tally); /* failed and cancelled */
uint64_t tally_before(const struct tally *tally);   /* open before tracing began */

enum outcome { OUTCOME_NOTHING, OUTCOME_WORKED, OUTCOME_MIXED, OUTCOME_FAILED };

/* OUTCOME_NOTHING: no attempt has come to a result in the record. */
enum outcome tally_outcome(const struct tally *tally);

void tally_merge(struct tally *to, const struct tally *from);

struct pair {
	const struct node *who, *where; /* NULL: of further pairs together */
	struct tally tally;
};

struct pairings;

/* The caller frees it. -ENOMEM. */
int pairings_new(struct pairings **ret);
void pairings_free(struct pairings *pairs);

/* Counts an event; -ENOMEM: it is not counted. */
int pairings_add(struct pairings *pairs, const struct event *event);

/*
 * All of them, what failed first: nothing worked, some did, all did; then by how many failures and
 * attempts, and by their texts. Valid until the next event; -ENOMEM.
 */
int pairings_sorted(struct pairings *pairs, const struct pair *const **ret, size_t *ret_n);

/* Those beyond PAIRS_MAX. Returns how many events they are of. */
uint64_t pairings_others(const struct pairings *pairs, struct tally *ret);

#endif
