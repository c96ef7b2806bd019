/* SPDX-License-Identifier: MIT */
/* What a connection has carried, by its sequence numbers and counters. */
#ifndef BPF_FLOW_BPF_H
#define BPF_FLOW_BPF_H

#include "bpf/compat.bpf.h"

struct flow {
	__u64 bytes_acked; /* by the peer; our SYN and our FIN count as one byte each */
	__u64 bytes_sent;  /* each time that a byte was tried */
	__u64 bytes_retrans;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq;
	__u32 state;
};

static __always_inline void flow_read(struct flow *flow, const struct tcp_sock *tp, bool alive)
{
	flow->bytes_acked = READ_SOCKET(alive, tp, bytes_acked);
	flow->bytes_sent = READ_SOCKET(alive, tp, bytes_sent);
	flow->bytes_retrans = READ_SOCKET(alive, tp, bytes_retrans);
	flow->snd_una = READ_SOCKET(alive, tp, snd_una);
	flow->snd_nxt = READ_SOCKET(alive, tp, snd_nxt);
	flow->write_seq = READ_SOCKET(alive, tp, write_seq);
}

static __always_inline bool fin_is_queued(const struct flow *flow)
{
	return flow->state == TCP_FIN_WAIT1 || flow->state == TCP_FIN_WAIT2 ||
	       flow->state == TCP_CLOSING || flow->state == TCP_LAST_ACK;
}

static __always_inline bool fin_was_sent(const struct flow *flow)
{
	return fin_is_queued(flow) && flow->snd_nxt == flow->write_seq;
}

/* Payload sent, each byte once, by the kernel's own count: what it is worth, flow_sent() says. */
static __always_inline __u64 flow_once(const struct flow *flow)
{
	return flow->bytes_sent - flow->bytes_retrans;
}

/*
 * Payload sent, each byte once, by sequence numbers: the kernel's bytes_sent counts each try of a
 * segment that this host itself refuses (firewall, full queue), and bytes_retrans only some. syn:
 * whether bytes_acked has our SYN, which it has of who opened the connection, unless by TCP_REPAIR.
 */
static __always_inline __u64 flow_sent(const struct flow *flow, bool syn)
{
	return flow->bytes_acked + (__u32)(flow->snd_nxt - flow->snd_una) - syn -
	       fin_was_sent(flow);
}

/*
 * A segment that is refused each time does not move snd_nxt. It was tried if nothing is under way
 * although the peer's window is open, and bytes_sent has counted more than `sent`: then we count it
 * once.
 */
static __always_inline __u64 flow_refused(const struct flow *flow, const struct tcp_sock *tp,
					  __u64 sent, bool alive)
{
	__u32 unsent = flow->write_seq - flow->snd_nxt;
	__s64 tried = flow_once(flow) - sent, mss;

	if (unsent && fin_is_queued(flow))
		unsent--;
	if (!unsent || tried <= 0 || flow->snd_nxt != flow->snd_una ||
	    !READ_SOCKET(alive, tp, snd_wnd))
		return 0;
	mss = READ_SOCKET(alive, tp, mss_cache);
	if (tried > mss)
		tried = mss;
	return tried < unsent ? tried : unsent;
}

/* Of these, bytes that the peer has not acknowledged: of our FIN, which is last, not. */
static __always_inline __u32 flow_unacked(const struct flow *flow)
{
	__u32 unacked = flow->snd_nxt - flow->snd_una;

	return unacked && fin_was_sent(flow) ? unacked - 1 : unacked;
}

/* Payload received. The kernel counts sequence numbers, and the peer's FIN takes one. */
static __always_inline __u64 flow_received(const struct sock *sk, const struct tcp_sock *tp,
					   bool alive)
{
	return READ_SOCKET(alive, tp, bytes_received) -
	       (READ_SOCKET(alive, sk, __sk_common.skc_flags) >> SOCK_DONE & 1);
}

/* How long nothing was sent nor received. Returns whether anything ever was. */
static __always_inline bool idle_ns(const struct tcp_sock *tp, __u64 *ret)
{
	__u64 last_us = READ_ADDR(tp, tcp_mstamp), now_us = bpf_ktime_get_ns() / 1000;

	*ret = now_us > last_us ? (now_us - last_us) * 1000 : 0;
	return last_us;
}

/* What records of a socket that is open say; flow and syn: as for flow_sent(). */
struct carried {
	__u64 bytes_sent;
	__u64 bytes_received;
	__u32 unacked;
	__u32 retransmits;
	__u32 rtt_us;
};

static __always_inline void carried_read(struct carried *carried, const struct flow *flow,
					 const struct sock *sk, bool syn)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;
	__u64 sent = flow_sent(flow, syn);

	carried->bytes_sent = sent + flow_refused(flow, tp, sent, false);
	carried->bytes_received = flow_received(sk, tp, false);
	carried->unacked = flow_unacked(flow);
	carried->retransmits = READ_ADDR(tp, total_retrans);
	carried->rtt_us = READ_ADDR(tp, srtt_us) >> 3; /* srtt_us is in eighths */
}

#endif
