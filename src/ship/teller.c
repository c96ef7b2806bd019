// SPDX-License-Identifier: MIT
#include "ship/teller.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/clock.h"
#include "util/log.h"

static const char *consequence(enum answer_kind kind)
{
	switch (kind) {
	case ANSWER_REFUSED:
		return "; nothing goes on until that is mended: it is tried again, slowly";
	case ANSWER_TOO_LARGE:
		return "; it is sent in halves";
	default:
		return "; it is tried again";
	}
}

static void say(struct teller *teller, const struct answer *answer)
{
	if (!strcmp(teller->said, answer->text))
		return;
	snprintf(teller->said, sizeof(teller->said), "%s", answer->text);
	log_warning("the output does not take what is sent (%s): %s%s", answer->reason,
		    answer->text, consequence(answer->kind));
}

static void say_taken(struct teller *teller, const struct answer *answer, uint64_t now_ns)
{
	uint64_t seconds = (now_ns - teller->since_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;

	if (teller->reason)
		log_info("the output takes what is sent again, after %" PRIu64 " s", seconds);
	teller->reason = NULL;
	if (!answer->rejected || !strcmp(teller->said, answer->text))
		return;
	snprintf(teller->said, sizeof(teller->said), "%s", answer->text);
	log_warning("the output has not taken %" PRIu64
		    " of the records of a request%s%s; how many "
		    "more, the last line says",
		    answer->rejected, *answer->text ? ": " : "", answer->text);
}

void teller_answer(struct teller *teller, const struct answer *answer, uint64_t now_ns)
{
	if (answer->kind == ANSWER_ACKED || answer->kind == ANSWER_DUPLICATE) {
		say_taken(teller, answer, now_ns);
		return;
	}
	say(teller, answer);
	if (teller->reason || answer->kind == ANSWER_TOO_LARGE)
		return;
	teller->reason = answer->reason;
	teller->since_ns = now_ns;
}
