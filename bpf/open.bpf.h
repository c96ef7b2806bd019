/* SPDX-License-Identifier: MIT */
/* The record of a socket as it is now: contract/open.h. */
#ifndef BPF_OPEN_BPF_H
#define BPF_OPEN_BPF_H

#include "bpf/attempt.bpf.h"
#include "bpf/direction.bpf.h"

/* Where iterators put together what they say of a socket. Of an object, one runs at a time. */
struct opening {
	struct open_record record;
	struct tracked tracked; /* what is entered of it */
	__u64 holder;		/* a task: to a global function it must be a number */
	__u64 again;		/* the socket that was last put off */
	__u32 n_again;		/* how often */
	__u32 n_all;		/* how often any was */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct opening);
} openings SEC(".maps") SHARED;

/* Never NULL, but the verifier does not know that. */
static __always_inline struct opening *opening_mine(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&openings, &only);
}

/* After the handshake, and before the end of it all. */
static __always_inline bool is_connected(__u8 state)
{
	return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 ||
	       state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING;
}

static __always_inline bool is_pending(__u8 state)
{
	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

/* What the socket says of itself, but for how much it has carried; it is nobody's yet. */
static __always_inline void open_begin(struct open_record *record, const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;
	struct attempt *attempt = &record->base.attempt;

	__builtin_memset(record, 0, sizeof(*record));
	attempt_addresses(attempt, sk, false);
	/* Of what listens there is no peer's address to tell. */
	if (attempt->family == 6 && address_is_mapped(attempt->saddr)) {
		attempt->family = 4;
		attempt->flags |= ATTEMPT_MAPPED;
		address_from_ipv4(attempt->daddr, 0);
	}
	attempt->sport = bpf_ntohs(READ_ADDR(tp, inet_conn.icsk_inet.inet_sport));
	attempt->flags |= ATTEMPT_PREEXISTING;
	if (HAS_MPTCP && READ_ADDR(tp, is_mptcp))
		attempt->origin = ORIGIN_MPTCP;
	attempt->start_ns = bpf_ktime_get_boot_ns();
	attempt->cpu = bpf_get_smp_processor_id();
}

/* destination_wanted(), for a socket that may listen: it has no peer, and its own port stands in.
 */
static __always_inline bool open_destination_wanted(const struct attempt *attempt,
						    const struct sock *sk)
{
	bool listens = READ_ADDR(sk, __sk_common.skc_state) == TCP_LISTEN;

	return endpoint_wanted(attempt->netns, listens ? attempt->sport : attempt->dport) &&
	       address_wanted(attempt);
}

static __always_inline void open_carried(struct open_record *record, const struct flow *flow,
					 const struct sock *sk, enum direction direction)
{
	bool syn = direction == DIRECTION_OUT ||
		   (direction == DIRECTION_UNKNOWN && flow_once(flow) < flow_sent(flow, false));
	struct carried carried;

	carried_read(&carried, flow, sk, syn);
	record->bytes_sent = carried.bytes_sent;
	record->bytes_received = carried.bytes_received;
	record->unacked = carried.unacked;
	record->retransmits = carried.retransmits;
	record->rtt_us = carried.rtt_us;
}

/* flow: as the direction was told from it. */
static __always_inline void open_end(struct open_record *record, const struct flow *flow,
				     const struct sock *sk, enum direction direction)
{
	record->base.head.interface = INTERFACE;
	record->base.head.kind = EVENT_OPEN;
	record->base.head.size = sizeof(*record);
	record->base.time_ns = bpf_ktime_get_boot_ns();
	record->socket = (__u64)sk;
	record->state = flow->state;
	record->direction = direction;
	if (flow->state != TCP_LISTEN && idle_ns((const struct tcp_sock *)sk, &record->idle_ns))
		record->flags |= OPEN_HAS_IDLE;
	if (is_connected(flow->state))
		open_carried(record, flow, sk, direction);
	else if (is_pending(flow->state))
		record->retransmits = READ_ADDR((const struct tcp_sock *)sk, total_retrans);
}

/* Whether config asks for a socket of that kind. */
static __always_inline bool open_wanted(__u8 state, enum direction direction)
{
	return config.open_all || (direction != DIRECTION_IN && state != TCP_LISTEN);
}

/* What an iterator returns to have its program run again for the same, now or at the next read. */
#define AGAIN 1

/*
 * How often a socket is put off that somebody is at work on, and how often all are: user space
 * waits up to 16 ms in between, and who works on sockets without an end must not keep it for longer
 * than 2 s in all.
 */
#define AGAIN_MAX     3
#define AGAIN_ALL_MAX 256

/* Whether the socket is better looked at again, when who is at work on it has gone on. */
static __always_inline bool is_put_off(struct opening *opening, const struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (opening->again != key)
		opening->n_again = 0;
	opening->again = key;
	if (opening->n_again >= AGAIN_MAX || opening->n_all >= AGAIN_ALL_MAX)
		return false;
	opening->n_again++;
	opening->n_all++;
	return true;
}

/* Writes to what the reader of an iterator gets. */
static __always_inline bool seq_put(struct bpf_iter_meta *meta, const void *record, __u32 size)
{
	return !bpf_seq_write(meta->seq, record, size);
}

#endif
