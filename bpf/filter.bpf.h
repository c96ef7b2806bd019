/* SPDX-License-Identifier: MIT */
/* Whether an attempt is wanted. Decided once, when it begins; what is not used costs nothing. */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"
#include <bpf/bpf_endian.h>

static __always_inline bool event_wanted(enum event_kind kind)
{
	return config.event_mask & EVENT_BIT(kind);
}

/* What a filter's map says of a key; `use` is the filter's enum filter_use. */
static __always_inline bool key_wanted(void *map, const void *key, __u8 use)
{
	const __u8 *verdict = bpf_map_lookup_elem(map, key);

	return verdict ? *verdict == KEY_WANTED : use == FILTER_OTHERS;
}

/* Whether those that are followed are all that is wanted, or all that is not. */
static __always_inline bool follow_filters(void)
{
	return config.follow && config.follow != FILTER_MARKED;
}

static __always_inline bool pid_is_wanted(__u32 pid)
{
	if (config.filter_pid && !key_wanted(&pids, &pid, config.filter_pid))
		return false;
	return !follow_filters() || key_wanted(&followed, &pid, config.follow);
}

/* The part of process_wanted() that is cheap enough to ask at every connect(2). */
static __always_inline bool pid_wanted(void)
{
	if (!config.filter_pid && !follow_filters())
		return true;
	return pid_is_wanted(bpf_get_current_pid_tgid() >> 32);
}

/* In one of the cgroups, or below one: those that are left out come first. */
static __always_inline bool cgroup_wanted(void)
{
	if (!config.n_cgroups)
		return true;
	for (__u32 i = 0; i < CGROUPS_MAX; i++) {
		if (i >= config.n_cgroups)
			break;
		if (ancestor_cgroup_id(config.cgroups[i].level) == config.cgroups[i].id)
			return !config.cgroups[i].left_out;
	}
	return config.filter_cgroup == FILTER_OTHERS;
}

/* Of its two names, one may be wanted, and none left out. */
static __always_inline bool comm_wanted(const struct attempt *attempt)
{
	const __u8 *process, *thread;

	if (!config.filter_comm)
		return true;
	process = bpf_map_lookup_elem(&comms, attempt->comm);
	thread = bpf_map_lookup_elem(&comms, attempt->thread_comm);
	if ((process && *process == KEY_LEFT_OUT) || (thread && *thread == KEY_LEFT_OUT))
		return false;
	return process || thread || config.filter_comm == FILTER_OTHERS;
}

static __always_inline bool identity_wanted(const struct attempt *attempt)
{
	if (config.filter_uid && !key_wanted(&uids, &attempt->uid, config.filter_uid))
		return false;
	return comm_wanted(attempt);
}

/* Whether the current process is, whose identity the attempt has. */
static __always_inline bool process_wanted(const struct attempt *attempt)
{
	return pid_wanted() && cgroup_wanted() && identity_wanted(attempt);
}

static __always_inline bool address_wanted(const struct attempt *attempt)
{
	struct config_network host = {.prefix_len = NETWORK_BITS(128), .family = attempt->family};

	if (config.family && config.family != attempt->family)
		return false;
	if (!config.filter_dst)
		return true;
	__builtin_memcpy(host.addr, attempt->daddr, sizeof(host.addr));
	return key_wanted(&networks, &host, config.filter_dst);
}

static __always_inline bool netns_wanted(__u32 netns)
{
	for (__u32 i = 0; i < NETNS_MAX; i++) {
		if (i >= config.n_netns_left_out)
			break;
		if (config.netns_left_out[i] == netns)
			return false;
	}
	return !config.netns || config.netns == netns;
}

static __always_inline bool endpoint_wanted(__u32 netns, __u16 port)
{
	if (!netns_wanted(netns))
		return false;
	return !config.filter_port || config.ports[port / 64] & (1ull << (port % 64));
}

static __always_inline bool destination_wanted(const struct attempt *attempt)
{
	return endpoint_wanted(attempt->netns, attempt->dport) && address_wanted(attempt);
}

/* A result that came sooner than asked for is left out, and so is all that would follow it. */
static __always_inline bool latency_wanted(const struct attempt *attempt, __u64 now)
{
	return now - attempt->start_ns >= config.min_latency_ns;
}

/*
 * Whether only some processes are wanted, or marked. Then an attempt whose process is not known is
 * not wanted: the process may be one that was left out.
 */
static __always_inline bool process_filtered(void)
{
	return config.filter_pid || config.follow || config.filter_uid || config.filter_comm ||
	       config.n_cgroups;
}

/* Whether a filter can have hidden the attempt of a socket that has no entry. */
static __always_inline bool filters_hide(void)
{
	return process_filtered() || config.filter_dst || config.family;
}

/* A result without an attempt counts as unmatched only if no filter could have hidden the attempt.
 */
static __always_inline bool unknown_counts(__u32 netns, __u16 port)
{
	return !filters_hide() && endpoint_wanted(netns, port);
}

#endif
