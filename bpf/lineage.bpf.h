/* SPDX-License-Identifier: MIT */
/* The ancestors of processes at their birth (lineage.bpf.c), for --lineage and --dns. */
#ifndef BPF_LINEAGE_BPF_H
#define BPF_LINEAGE_BPF_H

#include "bpf/maps.bpf.h"
#include "contract/process.h"

struct lineage {
	__u64 start_ns; /* of the process whose ancestors they are */
	__u32 n;
	__u32 reserved;
	struct process_ancestor ancestors[ANCESTORS_MAX]; /* the parent first */
};

/*
 * By thread group id: ancestors as they were at the fork. Of a process that is evicted, those that
 * live are known. 4 MiB; without --lineage and --dns there is no such map.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct lineage);
} lineages SEC(".maps") SHARED;

#endif
