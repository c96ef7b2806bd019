/* SPDX-License-Identifier: MIT */
/*
 * The life of an attempt: what each thing that a program sees makes of it. Pure, and compiled by
 * both sides; tests/golden/stage.txt is this as a table.
 *
 * The kernel can skip a program, so the evidence of one moment may lack. What comes later then says
 * so: what can be told late is told late, and the rest is counted.
 */
#ifndef CONTRACT_STAGE_H
#define CONTRACT_STAGE_H

#include <linux/types.h>

/* How far the entry of an attempt is. */
enum stage {
	STAGE_NONE,	      /* there is no entry */
	STAGE_ENDED,	      /* all was shown: the last copy of the program takes the entry out */
	STAGE_BEFORE,	      /* pending when tracing began: whose it was, nobody knows */
	STAGE_PENDING,	      /* its beginning was shown */
	STAGE_CLOSED_IN_CALL, /* closed within its connect(2), which will return the errno */
	STAGE_ESTABLISHED,    /* its result was shown, or came before; and its end may be */
	STAGE_END,
};

/* What a program sees. */
enum evidence {
	EVIDENCE_FOUND,		   /* pending when tracing began */
	EVIDENCE_FOUND_OPEN,	   /* open when tracing began */
	EVIDENCE_BEGUN,		   /* TCP_CLOSE -> TCP_SYN_SENT */
	EVIDENCE_SYN_AGAIN,	   /* a SYN was sent again */
	EVIDENCE_ESTABLISHED,	   /* TCP_SYN_* -> TCP_ESTABLISHED */
	EVIDENCE_CLOSED,	   /* TCP_SYN_* -> TCP_CLOSE, and it is known why */
	EVIDENCE_CLOSED_IN_CALL,   /* likewise, but only its connect(2) will tell why */
	EVIDENCE_ENDED,		   /* another state -> TCP_CLOSE */
	EVIDENCE_RETURNED_PENDING, /* its connect(2) succeeded, in TCP_SYN_*: the SYN is deferred */
	EVIDENCE_RETURNED_CLOSED,  /* its connect(2) failed, in TCP_CLOSE */
	EVIDENCE_RETURNED_OPEN,	   /* its connect(2) returned after a handshake */
	EVIDENCE_CALL_LOST,	   /* its thread is in another call: the end of this was skipped */
	EVIDENCE_GONE,		   /* its socket is no more, or the memory is another socket's */
	EVIDENCE_END,
};

/* What is to be done, bits, in this order. */
enum action {
	ACTION_MISSED = 1 << 0,	     /* count: something of the attempt reached no program */
	ACTION_RECOVERED = 1 << 1,   /* count: of the end of the call, which was skipped, nothing
					is lost that is not counted */
	ACTION_UNMATCHED = 1 << 2,   /* count: a result, of no attempt that is known */
	ACTION_CONNECT = 1 << 3,     /* tell that it begins */
	ACTION_DEFERRED = 1 << 4,    /* note that its SYN leaves with the first write */
	ACTION_RETRY = 1 << 5,	     /* tell that a SYN was sent again */
	ACTION_UNTIMED = 1 << 6,     /* note that the moment of its result went unseen */
	ACTION_ESTABLISHED = 1 << 7, /* tell the result */
	ACTION_RESULT = 1 << 8,	     /* tell the result: failed with an errno, else cancelled */
	ACTION_CLOSE = 1 << 9,	     /* tell that the connection ended */
	ACTION_END = 1 << 10,
};

/* Those that tell a result. */
#define ACTIONS_RESULT (ACTION_ESTABLISHED | ACTION_RESULT)

struct step {
	__u16 next; /* enum stage; STAGE_NONE: the entry goes */
	__u16 actions;
};

#define STAGE_INLINE static inline __attribute__((always_inline))

STAGE_INLINE struct step step_to(enum stage next, unsigned int actions)
{
	return (struct step){.next = next, .actions = actions};
}

/* Of an entry whose socket has gone on to something else, or is gone. */
STAGE_INLINE struct step stage_displaced(enum stage stage)
{
	return step_to(STAGE_NONE, stage > STAGE_BEFORE ? ACTION_MISSED : 0);
}

STAGE_INLINE struct step stage_established(enum stage stage)
{
	switch (stage) {
	case STAGE_NONE:
		return step_to(STAGE_NONE, ACTION_UNMATCHED);
	case STAGE_BEFORE: /* from here on as what was found open */
		return step_to(STAGE_ESTABLISHED, 0);
	case STAGE_PENDING:
		return step_to(STAGE_ESTABLISHED, ACTION_ESTABLISHED);
	case STAGE_ESTABLISHED: /* another copy of the program has seen it */
		return step_to(STAGE_ESTABLISHED, 0);
	default:
		return stage_displaced(stage);
	}
}

STAGE_INLINE struct step stage_closed(enum stage stage, struct step of_pending)
{
	switch (stage) {
	case STAGE_NONE:
		return step_to(STAGE_NONE, ACTION_UNMATCHED);
	case STAGE_PENDING:
		return of_pending;
	case STAGE_CLOSED_IN_CALL: /* another copy of the program has seen it */
	case STAGE_ENDED:
		return step_to(stage, 0);
	default:
		return stage_displaced(stage);
	}
}

STAGE_INLINE struct step stage_ended(enum stage stage)
{
	switch (stage) {
	case STAGE_PENDING:
		return step_to(STAGE_ENDED, ACTION_ESTABLISHED | ACTION_UNTIMED | ACTION_CLOSE);
	case STAGE_ESTABLISHED:
		return step_to(STAGE_ENDED, ACTION_CLOSE);
	case STAGE_ENDED: /* another copy of the program has seen it */
		return step_to(STAGE_ENDED, 0);
	default: /* with no entry: accepted, filtered out, or open before tracing began */
		return stage_displaced(stage);
	}
}

/* The programs at the state changes were skipped if the attempt is still pending. */
STAGE_INLINE struct step stage_returned(enum stage stage, struct step of_pending)
{
	if (stage == STAGE_PENDING)
		return of_pending;
	if (stage == STAGE_CLOSED_IN_CALL)
		return step_to(STAGE_NONE, ACTION_RESULT);
	return step_to(stage, 0);
}

STAGE_INLINE struct step advance(enum stage stage, enum evidence evidence)
{
	switch (evidence) {
	case EVIDENCE_FOUND:
		return step_to(stage == STAGE_NONE ? STAGE_BEFORE : stage, 0);
	case EVIDENCE_FOUND_OPEN:
		return step_to(stage == STAGE_NONE ? STAGE_ESTABLISHED : stage, 0);
	case EVIDENCE_BEGUN:
		return step_to(STAGE_PENDING, ACTION_CONNECT | stage_displaced(stage).actions);
	case EVIDENCE_SYN_AGAIN:
		return step_to(stage, stage == STAGE_PENDING ? ACTION_RETRY : 0);
	case EVIDENCE_ESTABLISHED:
		return stage_established(stage);
	case EVIDENCE_CLOSED:
		return stage_closed(stage, step_to(STAGE_NONE, ACTION_RESULT));
	case EVIDENCE_CLOSED_IN_CALL:
		return stage_closed(stage, step_to(STAGE_CLOSED_IN_CALL, 0));
	case EVIDENCE_ENDED:
		return stage_ended(stage);
	case EVIDENCE_RETURNED_PENDING:
		return stage_returned(stage, step_to(STAGE_PENDING, ACTION_DEFERRED));
	case EVIDENCE_RETURNED_CLOSED:
		return stage_returned(stage, step_to(STAGE_NONE, ACTION_RESULT | ACTION_UNTIMED));
	case EVIDENCE_RETURNED_OPEN:
		return stage_returned(
			stage, step_to(STAGE_ESTABLISHED, ACTION_ESTABLISHED | ACTION_UNTIMED));
	case EVIDENCE_CALL_LOST:
		if (stage == STAGE_CLOSED_IN_CALL)
			return step_to(STAGE_NONE, ACTION_RECOVERED | ACTION_MISSED);
		return step_to(stage, ACTION_RECOVERED);
	case EVIDENCE_GONE:
	default:
		return stage_displaced(stage);
	}
}

/*
 * The same where a filter wants no result so soon: of the attempt nothing is told from here on. It
 * is missed where the result is only known to be no later than that (perhaps_later).
 */
STAGE_INLINE struct step step_withheld(struct step step, int perhaps_later)
{
	unsigned int counted = ACTION_MISSED | ACTION_RECOVERED;

	if (!(step.actions & ACTIONS_RESULT))
		return step;
	return step_to(STAGE_NONE, (step.actions & counted) | (perhaps_later ? ACTION_MISSED : 0));
}

#endif
