/* SPDX-License-Identifier: MIT */
/* Everything that the programs share: configuration, maps and counters. */
#ifndef BPF_MAPS_BPF_H
#define BPF_MAPS_BPF_H

#include "bpf/kernel.h"
#include <bpf/bpf_helpers.h>

#include "contract/config.h"
#include "contract/attempt.h"

/* Defined in maps.bpf.c. */
extern const volatile struct config config;
extern struct shared shared;

/* Each .bpf.c includes this; `weak` lets the linker make one map of the copies. */
#define SHARED __attribute__((weak))

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} ring SEC(".maps") SHARED;

/* Thread group ids of -p, with an enum key_verdict each. User space sizes and fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} pids SEC(".maps") SHARED;

/* Effective user ids of -u, and the names of -C. Sized and filled likewise. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} uids SEC(".maps") SHARED;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, char[COMM_LEN]);
	__type(value, __u8);
} comms SEC(".maps") SHARED;

/*
 * Destination networks of -d. None that is named lies in one that is left out, so that the longest
 * that fits decides.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct config_network);
	__type(value, __u8);
} networks SEC(".maps") SHARED;

/* Thread groups that are followed, while they live, with an enum key_verdict: see follow.bpf.c. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u8);
} followed SEC(".maps") SHARED;

/* Who owns an MPTCP connection, by address of its socket: see identity.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct attempt);
} mptcp_owners SEC(".maps") SHARED;

/*
 * The lower half of an address. The verifier does not let us reckon with what it takes for a
 * pointer; half of one, however, is a number to it.
 */
static __always_inline __u32 address_low(__u64 address)
{
	register __u64 low asm("r2") = address;

	asm("w2 = w2" : "+r"(low));
	return low;
}

/* Whether a test has asked for that: enum fault. */
#define FAULT(name) (config.fault & FAULT_##name)

static __always_inline struct counters *my_counters(void)
{
	return &shared.counters[bpf_get_smp_processor_id() & (COUNTER_SLOTS - 1)];
}

static __always_inline __u32 current_phase(void)
{
	return *(volatile __u32 *)&shared.phase;
}

/* Whether every program is there, and so each attempt is sure to be seen. */
static __always_inline bool is_tracking(void)
{
	return current_phase() != PHASE_IDLE;
}

/* Atomic, because an interrupt can run another program between a load and its store. */
#define COUNT(field) __sync_fetch_and_add(&my_counters()->field, 1)

#endif
