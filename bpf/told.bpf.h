/* SPDX-License-Identifier: MIT */
/* What was told already: see contract/told.h. */
#ifndef BPF_TOLD_BPF_H
#define BPF_TOLD_BPF_H

#include "bpf/maps.bpf.h"
#include "contract/told.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TOLD_LINES);
	__type(key, __u32);
	__type(value, struct told_line);
} told SEC(".maps") SHARED;

static __always_inline bool is_told(__u32 index, __u64 print)
{
	const struct told_line *line = bpf_map_lookup_elem(&told, &index);

	if (!line)
		return false;
#pragma clang loop unroll(full)
	for (int i = 0; i < TOLD_PLACES; i++)
		if (line->prints[i] == print)
			return true;
	return false;
}

/* In a line that is full, anything may give way. */
static __always_inline void tell(__u32 index, __u64 print)
{
	struct told_line *line = bpf_map_lookup_elem(&told, &index);
	__u32 place = bpf_get_prandom_u32() & (TOLD_PLACES - 1);

	if (!line)
		return;
#pragma clang loop unroll(full)
	for (int i = 0; i < TOLD_PLACES; i++)
		if (line->prints[place] && !line->prints[i])
			place = i;
	line->prints[place & (TOLD_PLACES - 1)] = print;
}

#endif
