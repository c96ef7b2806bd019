// SPDX-License-Identifier: MIT
/*
 * How an output that is killed loses nothing: with the lines of a store goes where they come from,
 * and only what is in the store leaves the ring.
 */
#include <string.h>

#include "commands/output.h"

/* A frame is written before more of the ring than that waits for it. */
#define DUE_PART 4

/* What was read and is in no line, as it was being summed up or was too long, is lost for good. */
static void count_before(struct output *output, const struct frame_mark *before,
			 const struct session_place *place)
{
	uint64_t lost = place->received + place->opened - before->filtered - before->written;

	output->written_before = before->written;
	books_written(&output->ledger.books, before->written);
	books_lost(&output->ledger.books, lost);
}

void output_resume(struct output *output, const struct session_start *start)
{
	struct session_place place;
	struct frame_mark before;

	if (!output->store || !start->ring_id)
		return;
	before = store_resume(output->store, start->ring_id, start->ring_consumed);
	output->first_seq = store_next_seq(output->store);
	place = (struct session_place){
		.position = before.position,
		.received = before.received,
		.opened = before.opened,
		.filtered = before.filtered,
	};
	if (session_resume(output->session, &place))
		return;
	count_before(output, &before, &place);
	/* All before it is in the store, which the last one may not have come to say. */
	session_release(output->session, place.position);
	output->given_back = place.position;
	output->due = start->ring_size / DUE_PART;
	output->mark.ring = start->ring_id;
	output_come(output);
}

void output_come(struct output *output)
{
	struct session_place place;

	if (!output->mark.ring)
		return;
	place = session_place(output->session);
	output->mark = (struct frame_mark){
		.ring = output->mark.ring,
		.position = place.position,
		.received = place.received,
		.opened = place.opened,
		.filtered = place.filtered + output->left_out,
	};
}

/* events: those of a line that is not committed yet. */
static void push(struct output *output, uint64_t seq, uint64_t events)
{
	struct frame_mark mark = output->mark;

	mark.written = output->written_before + output->taken + events;
	if (!memcmp(&mark, &output->marked, sizeof(mark)))
		return;
	output->marked = mark;
	store_mark(output->store, seq, &mark);
}

void output_mark(struct output *output, uint64_t events)
{
	if (output->mark.ring)
		push(output, output->context.seq, events);
}

void output_moved(struct output *output)
{
	if (!output->mark.ring)
		return;
	output_come(output);
	push(output, output->first_seq + sink_lines(output->sink) - 1, 0);
}

void output_give_back(struct output *output, bool rest)
{
	uint64_t kept, waits;

	if (!output->mark.ring)
		return;
	kept = store_marked(output->store);
	if (kept > output->given_back) {
		session_release(output->session, kept);
		output->given_back = kept;
	}
	waits = output->marked.position - output->given_back;
	if (waits > output->due ||
	    (rest && waits && !sink_pending(output->sink) && !sink_keeps(output->sink)))
		writer_hand_on(output->writer);
}

bool output_is_full(struct output *output)
{
	return output->mark.ring && sink_pending(output->sink) > SINK_CAPACITY / 4;
}

bool output_leave(struct output *output, uint64_t events)
{
	if (!output->mark.ring)
		return false;
	/* Their numbers are free again: none of the lines that may come has their marks. */
	store_unmark(output->store, output->first_seq + sink_lines(output->sink));
	output->mark.ring = 0;
	output->left = events;
	return true;
}
