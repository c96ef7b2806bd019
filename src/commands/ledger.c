// SPDX-License-Identifier: MIT
#include "commands/ledger.h"

#include <inttypes.h>
#include <stdio.h>

#include "util/log.h"

void ledger_count(struct ledger *ledger, const struct session *session,
		  const struct counters *counters)
{
	const struct loss lost = {
		.ring = counters->ring,
		.missed = counters->missed,
		.state = counters->state,
		.unmatched = counters->unmatched,
		.context = counters->context,
	};
	uint64_t undecodable = session_undecodable(session);
	uint64_t left_out = session_left_out(session).events;

	books_kernel(&ledger->books, counters->sent, &lost);
	books_lost(&ledger->books, undecodable - ledger->undecodable);
	ledger->undecodable = undecodable;
	books_filtered(&ledger->books, left_out - ledger->left_out);
	ledger->left_out = left_out;
}

void ledger_say(const struct books *books, const uint64_t *dns_unread, bool store)
{
	const struct loss *lost = &books->lost;
	char stored[32] = "", context[32] = "", unread[48] = "";

	if (store)
		snprintf(stored, sizeof(stored), " store=%" PRIu64, lost->store);
	/* Rare, and the line is older than it: who reads the line may know of no more classes. */
	if (lost->context)
		snprintf(context, sizeof(context), " context=%" PRIu64, lost->context);
	if (dns_unread)
		snprintf(unread, sizeof(unread), " dns_unread=%" PRIu64, *dns_unread);
	log_error("sent=%" PRIu64 " written=%" PRIu64 " filtered=%" PRIu64 " lost: ring=%" PRIu64
		  " missed=%" PRIu64 " state=%" PRIu64 " unmatched=%" PRIu64 " output=%" PRIu64
		  "%s%s%s",
		  books->sent, books->written, books->filtered, lost->ring, lost->missed,
		  lost->state, lost->unmatched, lost->output, stored, context, unread);
}
