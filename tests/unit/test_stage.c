// SPDX-License-Identifier: MIT
/* The life of an attempt, exhaustively: contract/stage.h. tests/golden/stage.txt is its table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract/stage.h"
#include "util/array.h"

#define LENGTH 8

/* --- any sequence of evidence, whether a socket's life could give it or not --- */

/* What has been told of the attempt that was told to begin last. */
enum told { TOLD_NOTHING, TOLD_CONNECT, TOLD_ESTABLISHED, TOLD_ALL, TOLD_END };

static enum told tell(enum told told, struct step step)
{
	if (step.actions & ACTION_CONNECT)
		told = TOLD_CONNECT;
	if (step.actions & ACTION_ESTABLISHED)
		told = TOLD_ESTABLISHED;
	if (step.actions & (ACTION_RESULT | ACTION_CLOSE))
		told = TOLD_ALL;
	return told;
}

/* Established when tracing began, or without a beginning that was told: only its end is to tell. */
static bool comes_from_before(enum stage stage, struct step step)
{
	return step.next == STAGE_ESTABLISHED && (stage == STAGE_NONE || stage == STAGE_BEFORE);
}

/* Whether what the step tells may be told there. */
static bool may_tell(enum told told, struct step step)
{
	if (step.actions & ACTION_CONNECT)
		return !(step.actions & (ACTIONS_RESULT | ACTION_CLOSE | ACTION_RETRY));
	if (step.actions & (ACTION_RETRY | ACTION_DEFERRED) && told != TOLD_CONNECT)
		return false; /* nothing after the result */
	if (step.actions & ACTIONS_RESULT && told != TOLD_CONNECT)
		return false; /* one result an attempt */
	if ((step.actions & ACTIONS_RESULT) == ACTIONS_RESULT)
		return false;
	if (step.actions & ACTION_CLOSE && !(step.actions & ACTION_ESTABLISHED))
		return told == TOLD_ESTABLISHED; /* no close without its opening */
	return true;
}

/* The three that a step can become: as it is, withheld, and withheld for want of its moment. */
static struct step step_variant(struct step step, int variant)
{
	return variant ? step_withheld(step, variant == 2) : step;
}

static void check_from(enum stage stage, enum told told, int length)
{
	static bool seen[LENGTH + 1][STAGE_END][TOLD_END];

	if (seen[length][stage][told])
		return; /* whatever led here, what follows is the same */
	seen[length][stage][told] = true;
	/* An entry says how much has been told. */
	if (stage == STAGE_PENDING || stage == STAGE_CLOSED_IN_CALL)
		assert_int_equal(told, TOLD_CONNECT);
	if (stage == STAGE_ESTABLISHED)
		assert_int_equal(told, TOLD_ESTABLISHED);
	if (stage == STAGE_ENDED)
		assert_int_equal(told, TOLD_ALL);
	if (!length)
		return;
	for (enum evidence evidence = 0; evidence < EVIDENCE_END; evidence++)
		for (int variant = 0; variant < 3; variant++) {
			struct step step = step_variant(advance(stage, evidence), variant);
			enum told then = comes_from_before(stage, step) ? TOLD_ESTABLISHED
									: tell(told, step);

			assert_true(step.next < STAGE_END);
			assert_true(may_tell(told, step));
			check_from(step.next, then, length - 1);
		}
}

static void any_evidence_tells_each_event_once_and_in_order(void **state)
{
	(void)state;
	check_from(STAGE_NONE, TOLD_NOTHING, LENGTH);
}

/* --- true lives of a socket, of which any program may be skipped --- */

/* Where the socket truly is. In a call: its connect(2) is still to return. */
enum truth {
	TRUTH_CLOSED,
	TRUTH_PENDING,
	TRUTH_PENDING_IN_CALL,
	TRUTH_CLOSED_IN_CALL, /* and nothing but the errno says why */
	TRUTH_FAILED_IN_CALL, /* and the socket says why */
	TRUTH_OPEN,
	TRUTH_OPEN_IN_CALL,
	TRUTH_ENDED_IN_CALL,
};

/* What can happen to it, and what the programs see of that: EVIDENCE_END if nothing. */
static const struct happening {
	enum truth from, to;
	enum evidence evidence;
} happenings[] = {
	{TRUTH_CLOSED, TRUTH_PENDING, EVIDENCE_BEGUN},
	{TRUTH_CLOSED, TRUTH_PENDING_IN_CALL, EVIDENCE_BEGUN},
	{TRUTH_PENDING, TRUTH_PENDING, EVIDENCE_SYN_AGAIN},
	{TRUTH_PENDING, TRUTH_OPEN, EVIDENCE_ESTABLISHED},
	{TRUTH_PENDING, TRUTH_CLOSED, EVIDENCE_CLOSED},
	{TRUTH_PENDING_IN_CALL, TRUTH_PENDING, EVIDENCE_END},
	{TRUTH_PENDING_IN_CALL, TRUTH_PENDING, EVIDENCE_RETURNED_PENDING},
	{TRUTH_PENDING_IN_CALL, TRUTH_PENDING_IN_CALL, EVIDENCE_SYN_AGAIN},
	{TRUTH_PENDING_IN_CALL, TRUTH_OPEN_IN_CALL, EVIDENCE_ESTABLISHED},
	{TRUTH_PENDING_IN_CALL, TRUTH_FAILED_IN_CALL, EVIDENCE_CLOSED},
	{TRUTH_PENDING_IN_CALL, TRUTH_CLOSED_IN_CALL, EVIDENCE_CLOSED_IN_CALL},
	{TRUTH_CLOSED_IN_CALL, TRUTH_CLOSED, EVIDENCE_RETURNED_CLOSED},
	{TRUTH_FAILED_IN_CALL, TRUTH_CLOSED, EVIDENCE_RETURNED_CLOSED},
	{TRUTH_OPEN, TRUTH_CLOSED, EVIDENCE_ENDED},
	{TRUTH_OPEN_IN_CALL, TRUTH_OPEN, EVIDENCE_RETURNED_OPEN},
	{TRUTH_OPEN_IN_CALL, TRUTH_ENDED_IN_CALL, EVIDENCE_ENDED},
	{TRUTH_ENDED_IN_CALL, TRUTH_CLOSED, EVIDENCE_RETURNED_OPEN},
};

/* Who sees it: the programs at the state changes are there twice, the others, in effect, once. */
enum seen { SEEN_BY_NONE, SEEN_BY_ONE, SEEN_BY_BOTH, SEEN_END };

struct life {
	enum truth truth;
	enum stage stage;
	enum told told; /* of the attempt that the socket is in now, or was in last */
	bool attempted;
	bool call_lost;		/* the program at the end of its call was skipped */
	int skips, begun_skips; /* how many evidences no program saw; of these, beginnings */
	int lacking;		/* attempts that are over, and of which something was not told */
	int counted;		/* as the last line of a trace has it */
	int kernel_skips, recovered;
};

static long lives;

static void give(struct life *life, enum evidence evidence, bool first)
{
	struct step step = advance(life->stage, evidence);

	/* An entry may be of an attempt before, if the beginning of this one was skipped. */
	assert_true(life->begun_skips || may_tell(life->told, step));
	life->told = tell(life->told, step);
	if (step.actions & ACTION_MISSED)
		life->counted++;
	if (step.actions & ACTION_UNMATCHED && first)
		life->counted++;
	if (step.actions & ACTION_RECOVERED)
		life->recovered++;
	life->stage = step.next;
}

/* The attempt that the socket was in is over: does anything of it lack? */
static void settle(struct life *life)
{
	if (life->attempted && life->told != TOLD_ALL)
		life->lacking++;
	life->attempted = false;
	life->told = TOLD_NOTHING;
}

static int total(const struct life *life)
{
	int skipped = life->kernel_skips - life->recovered;

	return life->counted + (skipped > 0 ? skipped : 0);
}

/* Tracing ends: the socket is gone, so the sweep takes its entry out. */
static void check_books(struct life life)
{
	if (life.truth != TRUTH_CLOSED)
		return;
	give(&life, EVIDENCE_GONE, true);
	settle(&life);
	lives++;
	/* Nothing lacks in silence; a beginning that no program saw may leave no trace. */
	assert_true(life.lacking <= total(&life) + life.begun_skips);
	if (life.skips <= 1)
		assert_true(life.lacking <= total(&life));
	/* Nothing is counted that was not skipped: the end of a call perhaps twice. */
	assert_true(total(&life) <= life.skips + life.kernel_skips);
	if (!life.skips) {
		assert_int_equal(life.lacking, 0);
		assert_int_equal(total(&life), 0);
	}
}

static bool is_return(enum evidence evidence)
{
	return evidence == EVIDENCE_RETURNED_PENDING || evidence == EVIDENCE_RETURNED_CLOSED ||
	       evidence == EVIDENCE_RETURNED_OPEN;
}

/* There are two copies of the programs for these. */
static bool is_copied(enum evidence evidence)
{
	return evidence == EVIDENCE_ESTABLISHED || evidence == EVIDENCE_CLOSED ||
	       evidence == EVIDENCE_CLOSED_IN_CALL || evidence == EVIDENCE_ENDED;
}

static void happen(struct life *life, const struct happening *happening, enum seen seen)
{
	enum evidence evidence = happening->evidence;

	if (evidence == EVIDENCE_BEGUN) {
		/* The end of an attempt before may be told only now, as missed. */
		if (seen == SEEN_BY_NONE) {
			settle(life);
		} else {
			struct step step = advance(life->stage, evidence);

			life->counted += !!(step.actions & ACTION_MISSED);
			settle(life);
			life->stage = step.next;
			life->told = TOLD_CONNECT;
		}
		life->attempted = true;
	} else if (evidence != EVIDENCE_END) {
		for (enum seen copy = SEEN_BY_NONE; copy < seen; copy++)
			give(life, evidence, copy == SEEN_BY_NONE);
		/* The last copy takes the entry out. If that is skipped, the sweep does. */
		if (life->stage == STAGE_ENDED && seen == SEEN_BY_BOTH)
			life->stage = STAGE_NONE;
		else if (life->stage == STAGE_ENDED && seen == SEEN_BY_ONE)
			life->skips++;
	}
	life->truth = happening->to;
	if (evidence != EVIDENCE_END && seen == SEEN_BY_NONE) {
		life->skips++;
		life->begun_skips += evidence == EVIDENCE_BEGUN;
		if (is_return(evidence)) {
			life->kernel_skips++;
			life->call_lost = true;
		}
	}
}

static void live(struct life life, int length)
{
	check_books(life);
	if (!length)
		return;
	if (life.call_lost) {
		struct life next = life;

		next.call_lost = false;
		give(&next, EVIDENCE_CALL_LOST, true);
		live(next, length - 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(happenings); i++) {
		if (happenings[i].from != life.truth)
			continue;
		for (enum seen seen = 0; seen < SEEN_END; seen++) {
			struct life next = life;

			if (seen == SEEN_BY_BOTH && !is_copied(happenings[i].evidence))
				continue;
			happen(&next, &happenings[i], seen);
			live(next, length - 1);
		}
	}
}

static void whatever_programs_are_skipped_the_books_hold(void **state)
{
	(void)state;
	live((struct life){0}, LENGTH);
	print_message("%ld lives\n", lives);
	assert_true(lives > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_evidence_tells_each_event_once_and_in_order),
		cmocka_unit_test(whatever_programs_are_skipped_the_books_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
