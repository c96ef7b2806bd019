/* SPDX-License-Identifier: MIT */
/*
 * Whose turn it is. Programs that outlive their process, as they are pinned, are followed by a set
 * of those of the next process, at the same tracepoints and with the same maps. So each set has a
 * number, and only that acts whose number user space has written: one store lets the next set take
 * over. Programs that nobody pins have the number 0, and the verifier removes all of this.
 *
 * A tracepoint calls the programs of the set that goes before those of the set that comes. If the
 * store falls in between, both sets find that it is their turn, at one and the same event. So while
 * sets change, the set that goes leaves a mark at each event: whether it has acted.
 */
#ifndef BPF_GATE_BPF_H
#define BPF_GATE_BPF_H

#include "bpf/maps.bpf.h"

enum turn {
	TURN_OTHERS, /* the other set's, or nobody's yet */
	TURN_OURS,
	TURN_GOES,  /* ours, but sets change, and this one goes */
	TURN_GONE,  /* no more ours, likewise */
	TURN_COMES, /* ours, but sets change: the other may have acted at this very event */
};

static __always_inline enum turn turn_now(void)
{
	__u64 turns;
	__u32 now, next;

	if (!config.generation)
		return TURN_OURS;
	/* Both halves at once: user space writes them so. */
	turns = *(volatile __u64 *)&shared.turns;
	now = turns;
	next = turns >> 32;
	if (!next)
		return now == config.generation ? TURN_OURS : TURN_OTHERS;
	if (next == config.generation)
		return now == config.generation ? TURN_COMES : TURN_OTHERS;
	return now == config.generation ? TURN_GOES : TURN_GONE;
}

/* For programs that may do twice what they do. */
static __always_inline bool is_our_turn(void)
{
	enum turn turn = turn_now();

	return turn == TURN_OURS || turn == TURN_GOES || turn == TURN_COMES;
}

/*
 * The same at the change of a socket's state. first: this is the first program of its set at the
 * event. Returns TURN_OTHERS where the other set has acted, or will.
 */
static __always_inline enum turn turn_at_state(__u64 key, int newstate, bool first)
{
	enum turn turn = turn_now();
	volatile __u64 *mark;
	__u64 event;

	if (turn == TURN_OURS || turn == TURN_OTHERS)
		return turn;
	mark = &shared.marks[address_low(key) * 0x9e3779b1u >> (32 - MARK_BITS)];
	event = (__u64)newstate << 32 | address_low(key);
	if (turn == TURN_GONE) {
		if (first)
			*mark = 0;
		return TURN_OTHERS;
	}
	if (turn == TURN_COMES)
		return *mark == event ? TURN_COMES : TURN_OURS;
	*mark = event;
	return TURN_OURS;
}

#endif
