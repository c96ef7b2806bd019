/* SPDX-License-Identifier: MIT */
/* The books of a session, and what the kernel side and the session say for them. */
#ifndef COMMANDS_LEDGER_H
#define COMMANDS_LEDGER_H

#include "books/books.h"
#include "engine/session.h"

struct ledger {
	struct books books;
	uint64_t undecodable; /* records of the session's that are in the books */
	uint64_t left_out;    /* likewise events that the session has left out */
};

/* What has come since the last time. */
void ledger_count(struct ledger *ledger, const struct session *session,
		  const struct counters *counters);

/*
 * Prints the books of the end, in one line. dns_unread: NULL where nobody asked for names of
 * destinations. store: whether there is one, which can lose.
 */
void ledger_say(const struct books *books, const uint64_t *dns_unread, bool store);

#endif
