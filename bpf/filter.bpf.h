/* SPDX-License-Identifier: MIT */
/* Whether an attempt is wanted. Decided once, when it begins; what is not used costs nothing. */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include "bpf/maps.bpf.h"
#include <bpf/bpf_endian.h>

static __always_inline bool event_wanted(enum event_kind kind)
{
	return config.events & EVENT_BIT(kind);
}

static __always_inline bool process_wanted(__u32 pid)
{
	if (config.filter_pid && !bpf_map_lookup_elem(&pids, &pid))
		return false;
	if (config.follow && !bpf_map_lookup_elem(&followed, &pid))
		return false;
	return true;
}

static __always_inline bool destination_wanted(__u32 netns, __u16 port)
{
	if (config.netns && config.netns != netns)
		return false;
	return !config.filter_port || config.ports[port / 64] & (1ull << (port % 64));
}

/* What the socket alone can tell. */
static __always_inline bool socket_wanted(const struct sock *sk)
{
	return destination_wanted(sk->__sk_common.skc_net.net->ns.inum,
				  bpf_ntohs(sk->__sk_common.skc_dport));
}

#endif
