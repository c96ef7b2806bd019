/* SPDX-License-Identifier: MIT */
/*
 * Who opened a connection, from its socket alone, whatever it has lived through.
 *
 * The peer acknowledges our SYN, and bytes_acked counts that, only if we sent one. A connection
 * that was accepted is born behind it. So what was acknowledged beyond the payload and our FIN is 1
 * or 0. It is neither where this host has refused a packet of the connection: see flow_sent().
 */
#ifndef BPF_DIRECTION_BPF_H
#define BPF_DIRECTION_BPF_H

#include "bpf/flow.bpf.h"
#include "bpf/maps.bpf.h"
#include "contract/open.h"

static __always_inline enum direction direction_counted(const struct flow *flow)
{
	__u32 unacked = flow->snd_nxt - flow->snd_una, once = flow_once(flow);
	__u32 syn = (__u32)flow->bytes_acked - (once - unacked) - fin_was_sent(flow);

	return syn == 1 ? DIRECTION_OUT : syn == 0 ? DIRECTION_IN : DIRECTION_UNKNOWN;
}

/* From state to CLOSE: the program at that has the socket's lock, and little else is left of it. */
static __always_inline enum direction direction_at_close(const struct tcp_sock *tp, int oldstate)
{
	struct flow flow = {.state = oldstate};

	flow_read(&flow, tp, true);
	return direction_counted(&flow);
}

/* Whether somebody is at work on the socket. On real-time kernels the second lock does not tell. */
static __always_inline bool socket_is_locked(const struct sock *sk)
{
	if (READ_ADDR(sk, sk_lock.owned) || FAULT(SOCKETS_LOCKED))
		return true;
	return bpf_core_field_exists(sk->sk_lock.slock.rlock.raw_lock.val) &&
	       READ_ADDR(sk, sk_lock.slock.rlock.raw_lock.val.counter);
}

static __always_inline bool flow_is_same(const struct flow *a, const struct flow *b)
{
	return a->bytes_acked == b->bytes_acked && a->bytes_sent == b->bytes_sent &&
	       a->bytes_retrans == b->bytes_retrans && a->snd_una == b->snd_una &&
	       a->snd_nxt == b->snd_nxt && a->write_seq == b->write_seq && a->state == b->state;
}

/* A socket that is read without its lock. */
struct look {
	struct flow flow;
	bool free; /* nobody was at work on it just before */
};

/* Looks at the socket. Returns whether it is as at the look before, and was left alone since. */
static __always_inline bool look_again(struct look *look, const struct sock *sk)
{
	struct look last = *look;

	look->free = !socket_is_locked(sk);
	barrier();
	look->flow.state = READ_ADDR(sk, __sk_common.skc_state);
	flow_read(&look->flow, (const struct tcp_sock *)sk, false);
	barrier();
	return last.free && look->free && flow_is_same(&look->flow, &last.flow);
}

/*
 * Reads a socket without its lock, until twice the same was read and nobody was at work on it: the
 * kernel raises bytes_sent some microseconds before snd_nxt. Returns whether that came to be, in
 * four looks.
 */
static __always_inline bool flow_settled(struct flow *flow, const struct sock *sk)
{
	struct look look = {};
	bool settled;

	look_again(&look, sk);
	settled = look_again(&look, sk) || look_again(&look, sk) || look_again(&look, sk);
	*flow = look.flow;
	return settled;
}

/*
 * What the socket says beside its counters. connect(2) has chosen its port: true of none that was
 * accepted, and told by Linux 6.18 at least, not by 6.1.
 */
static __always_inline bool connect_chose_port(const struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_CONNECT_BIND;
}

/*
 * Whether it looks opened by this host otherwise: bind(2) has chosen its port, which no socket that
 * was accepted keeps; or connect(2) was the first to use the port, which is no proof, as a
 * transparent proxy can accept connections to such a one.
 */
static __always_inline bool looks_opened(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = (const struct inet_connection_sock *)sk;
	const struct inet_bind_bucket *bucket;

	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK)
		return true;
	bucket = BPF_CORE_READ(icsk, icsk_bind_hash);
	return bucket && BPF_CORE_READ(bucket, fastreuse) == -1;
}

/*
 * flow: as it was read; settled: of one moment. Beside the counters, other evidence decides only
 * where these say nothing, and else may object.
 */
static __always_inline enum direction direction_of(const struct flow *flow, const struct sock *sk,
						   bool settled)
{
	enum direction counted = settled ? direction_counted(flow) : DIRECTION_UNKNOWN;

	if (flow->state == TCP_LISTEN)
		return DIRECTION_UNKNOWN;
	if (flow->state == TCP_SYN_SENT || counted == DIRECTION_OUT)
		return DIRECTION_OUT;
	if (connect_chose_port(sk))
		return counted == DIRECTION_IN ? DIRECTION_UNKNOWN : DIRECTION_OUT;
	return looks_opened(sk) ? DIRECTION_UNKNOWN : counted;
}

#endif
