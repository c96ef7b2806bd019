/* SPDX-License-Identifier: MIT */
/*
 * The books: what became of each event that the kernel side has sent, and what it could not send.
 * Pure, and every counter only grows. What was sent is written, filtered, lost in the ring, lost on
 * its way out, or still under way; at the end, nothing is under way.
 */
#ifndef BOOKS_BOOKS_H
#define BOOKS_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

/* The classes of loss: docs/spec.md, 8. */
struct loss {
	uint64_t ring;			   /* sent, and found no room in the ring */
	uint64_t missed, state, unmatched; /* never sent */
	uint64_t output;		   /* read from the ring, and not written */
	uint64_t store;			   /* written, and gone from the store since */
	uint64_t context;		   /* of no event: what events lack, or get later */
};

struct books {
	uint64_t sent, written, filtered;
	struct loss lost;
};

/* What the kernel side has counted since the beginning; loss.output is not its to count. */
void books_kernel(struct books *books, uint64_t sent, const struct loss *loss);

/* The events that all lines written since the beginning stand for. */
void books_written(struct books *books, uint64_t written);

/* The events that the store has lost since the beginning. They are among those written. */
void books_store(struct books *books, uint64_t lost);

/* n more events that are not to be shown; and n more that found no way out. */
void books_filtered(struct books *books, uint64_t n);
void books_lost(struct books *books, uint64_t n);

/* At the end: n of those sent are left to another process, and are in its books. */
void books_left(struct books *books, uint64_t n);

/* All that was lost, in whichever class. */
uint64_t books_all_lost(const struct books *books);

/* At the end: each event sent is in one of the other columns, and in one alone. */
bool books_balanced(const struct books *books);

#endif
