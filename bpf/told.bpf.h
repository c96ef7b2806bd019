/* SPDX-License-Identifier: MIT */
/*
 * What was told already: a set that forgets. What it has forgotten is told again.
 *
 * Every attempt asks it, and a hash map of the kernel's costs more than all else of that question;
 * so of each thing it has a fingerprint of 64 bits, in a line of the cache that is found by some of
 * these. Words are written at once, so no lock is needed: of two that write the same word, one is
 * forgotten. That something new has the fingerprint of something told is as likely as that a guess
 * of 61 bits is right; then it stays untold until the other is forgotten.
 */
#ifndef BPF_TOLD_BPF_H
#define BPF_TOLD_BPF_H

#include "bpf/maps.bpf.h"

#define LINE_BITS   12
#define LINE_PLACES 8 /* a power of two: as many as a line of the cache has */

/* 256 KiB in all. An image in its cgroups takes two places of 32,768, a pair of cgroups one. */
struct told_line {
	__u64 prints[LINE_PLACES]; /* 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << LINE_BITS);
	__type(key, __u32);
	__type(value, struct told_line);
} told SEC(".maps") SHARED;

/* The finalizer of MurmurHash3 (Austin Appleby): every bit of the sum depends on every one. */
static __always_inline __u64 mixed(__u64 sum)
{
	sum = (sum ^ sum >> 33) * 0xff51afd7ed558ccd;
	sum = (sum ^ sum >> 33) * 0xc4ceb9fe1a85ec53;
	return sum ^ sum >> 33;
}

/* Never NULL, but the verifier does not know that. */
static __always_inline struct told_line *told_line(__u64 print)
{
	__u32 index = print >> (64 - LINE_BITS);

	return bpf_map_lookup_elem(&told, &index);
}

static __always_inline bool is_told(__u64 print)
{
	const struct told_line *line = told_line(print);

	if (!line)
		return false;
#pragma clang loop unroll(full)
	for (int i = 0; i < LINE_PLACES; i++)
		if (line->prints[i] == print)
			return true;
	return false;
}

/* In a line that is full, anything may give way. */
static __always_inline void tell(__u64 print)
{
	struct told_line *line = told_line(print);
	__u32 place = bpf_get_prandom_u32() & (LINE_PLACES - 1);

	if (!line)
		return;
#pragma clang loop unroll(full)
	for (int i = 0; i < LINE_PLACES; i++)
		if (line->prints[place] && !line->prints[i])
			place = i;
	line->prints[place & (LINE_PLACES - 1)] = print;
}

#endif
