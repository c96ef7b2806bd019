/* SPDX-License-Identifier: MIT */
/* What a connection was, once it is over: how it ended, and what it carried. */
#ifndef BPF_CLOSE_BPF_H
#define BPF_CLOSE_BPF_H

#include "bpf/attempt.bpf.h"
#include "bpf/flow.bpf.h"

/* asm-generic/errno.h */
#define EPIPE	     32
#define ECONNABORTED 103
#define ECONNRESET   104
#define ETIMEDOUT    110

static __always_inline bool has_flag(const struct sock *sk, int flag)
{
	return READ_TRUSTED(sk, __sk_common.skc_flags) >> flag & 1;
}

/*
 * An error that ended it, which the kernel sets ahead of the state: tcp_reset(), tcp_write_err()
 * and tcp_abort(). Others a socket can have and live on.
 *
 * tcp_reset() also sees to data that comes when nobody can read it any more: then it is this host
 * that sends a RST, after the state is set. The two cannot be told apart.
 */
static __always_inline enum ended ended_by_error(const struct sock *sk, int oldstate, int error)
{
	bool finished = oldstate == TCP_FIN_WAIT1 || oldstate == TCP_FIN_WAIT2;

	switch (error) {
	case ECONNRESET:
	case EPIPE:
		if (finished && READ_TRUSTED(sk, sk_shutdown) & RCV_SHUTDOWN)
			return ENDED_UNKNOWN;
		return ENDED_RESET_RECEIVED;
	case ETIMEDOUT:
		return ENDED_TIMEOUT;
	case ECONNABORTED:
		return ENDED_ABORTED;
	}
	/* tcp_write_err() prefers what ICMP had said meanwhile. */
	return error == READ_TRUSTED(sk, sk_err_soft) ? ENDED_TIMEOUT : ENDED_UNKNOWN;
}

static __always_inline bool all_acked(const struct tcp_sock *tp)
{
	return READ_TRUSTED(tp, snd_una) == READ_TRUSTED(tp, write_seq);
}

/*
 * Whether it is its owner who closes or disconnects the socket. If not, there was an error, and
 * somebody has read it with SO_ERROR before the state was set.
 */
static __always_inline bool ended_by_owner(const struct sock *sk)
{
	return (READ_TRUSTED(sk, sk_shutdown) & SHUTDOWN_MASK) == SHUTDOWN_MASK ||
	       READ_TRUSTED(sk, sk_lock.owned);
}

/*
 * This host ended it, or both did. A close that skips FIN sends a RST: data were unread, lingering
 * was forbidden, or it was disconnected. A socket whose owner has closed it (SOCK_DEAD) is given up
 * in FIN_WAIT2, for a mere note of it that answers the peer's FIN, or data by a RST.
 */
static __always_inline enum ended ended_by_state(const struct sock *sk, const struct tcp_sock *tp,
						 int oldstate)
{
	bool dead = has_flag(sk, SOCK_DEAD);

	if (READ_TRUSTED_BITFIELD(tp, repair))
		return ENDED_UNKNOWN; /* in silence */
	switch (oldstate) {
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
		/* Dead, it may be for want of memory, with a RST or without. */
		return !dead && ended_by_owner(sk) ? ENDED_RESET_SENT : ENDED_UNKNOWN;
	case TCP_FIN_WAIT2:
		if (has_flag(sk, SOCK_DONE))
			return ENDED_FIN;
		if (dead)
			return READ_TRUSTED(tp, linger2) < 0 ? ENDED_RESET_SENT : ENDED_LOCAL;
		return ended_by_owner(sk) ? ENDED_RESET_SENT : ENDED_UNKNOWN;
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return all_acked(tp) ? ENDED_FIN : ENDED_UNKNOWN;
	}
	return ENDED_UNKNOWN;
}

static __always_inline enum ended connection_ended(const struct sock *sk, const struct tcp_sock *tp,
						   int oldstate, int error)
{
	enum ended ended = error ? ended_by_error(sk, oldstate, error) : ENDED_UNKNOWN;

	/* An error that says nothing of the end, or none. */
	if (!ended && error != ECONNRESET && error != EPIPE)
		ended = ended_by_state(sk, tp, oldstate);
	return ended;
}

/* Payload sent. TCP_REPAIR sends no SYN. */
static __always_inline __u64 payload_sent(const struct tracked *tracked, const struct tcp_sock *tp,
					  int oldstate)
{
	struct flow flow = {.state = oldstate};
	__u64 sent;

	flow_read(&flow, tp, true);
	sent = flow_sent(&flow, tracked->attempt.origin != ORIGIN_REPAIR);
	return sent + flow_refused(&flow, tp, sent, true);
}

static __always_inline void connection_close_send(const struct tracked *tracked,
						  const struct sock *sk, const struct tcp_sock *tp,
						  int oldstate)
{
	int error = READ_TRUSTED(sk, sk_err);
	struct close_record *close;

	close = event_reserve(EVENT_CLOSE, sizeof(*close), bpf_ktime_get_boot_ns());
	if (!close)
		return;
	/* Copied first: after the branches below the verifier would go through it for each of them.
	 */
	close->base.attempt = tracked->attempt;
	close->base.error = error;
	close->base.ended = connection_ended(sk, tp, oldstate, error);
	close->base.syn_retransmits = tracked->syn_retransmits;
	close->established_ns = tracked->result_ns;
	close->bytes_sent = payload_sent(tracked, tp, oldstate);
	close->bytes_received = flow_received(sk, tp, true);
	close->retransmits = tracked->retransmits;
	close->rtt_us = READ_TRUSTED(tp, srtt_us) >> 3; /* srtt_us is in eighths */
	event_submit(close, sizeof(*close));
}

#endif
