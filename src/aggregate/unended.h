/* SPDX-License-Identifier: MIT */
/*
 * Connections that are established and not over, each with a line that is to be shown if its end is
 * never seen. Pure, and bounded.
 */
#ifndef AGGREGATE_UNENDED_H
#define AGGREGATE_UNENDED_H

#include <stdbool.h>
#include <stddef.h>

#include "model/event.h"

/* As many as one address has ports, twice; and what lines of 500 bytes take of them. */
#define UNENDED_MAX	  (1 << 17)
#define UNENDED_BYTES_MAX (64u << 20)

struct unended;

/* The caller frees it. -ENOMEM. */
int unended_new(struct unended **ret);
void unended_free(struct unended *unended);

/*
 * Keeps the connection of the event, which began at begin_ns, and a copy of the line. Returns false
 * if there is no room.
 */
bool unended_add(struct unended *unended, const struct event *event, uint64_t begin_ns,
		 const char *line, size_t size);

/* It is over: forgets it, and says when it began. Returns false if it is not there. */
bool unended_take(struct unended *unended, const struct event *event, uint64_t *ret_begin_ns);

struct unended_line {
	const char *text; /* valid until the next call */
	size_t size;
};

/* Takes out the line of the oldest; text is NULL if there is none left. */
struct unended_line unended_next(struct unended *unended);

#endif
