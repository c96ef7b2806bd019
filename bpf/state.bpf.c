// SPDX-License-Identifier: MIT
/*
 * The truth about every attempt: the state changes of its socket.
 *
 * An interrupt that runs a program which is already running on its CPU finds it skipped. So there
 * are two copies on the same tracepoint, the second doing what the first has not done yet: an
 * interrupt lands in one of them only. So does, as seen on Linux 7.2, another thread that comes to
 * run instead of one which is in a program: tracepoints can be preempted there.
 */
#include "bpf/attempt.bpf.h"
#include <bpf/bpf_tracing.h>

#define ECONNRESET   104
#define ECONNABORTED 103
#define EPIPE	     32

/* Whether a RST, of either side, ended it; the tracepoint comes after sk_err is set. */
static __always_inline bool closed_by_reset(const struct sock *sk, int oldstate)
{
	int error = KERNEL_READ(sk, sk_err);

	if (error)
		return error == ECONNRESET || error == EPIPE || error == ECONNABORTED;
	/* A close that skips FIN: lingering forbidden, data unread, or disconnected. */
	return oldstate == TCP_ESTABLISHED || oldstate == TCP_CLOSE_WAIT;
}

static __always_inline void connection_closed(__u64 key, struct tracked *tracked,
					      const struct sock *sk, const struct tcp_sock *tp,
					      int oldstate)
{
	if (!is_established(tracked))
		attempt_established_unseen(tracked, tp);
	if (event_wanted(EVENT_CLOSE))
		connection_close_send(tracked, sk, tp, closed_by_reset(sk, oldstate));
	tracked_forget(key);
}

/*
 * A socket that is not tracked: accepted, open before tracing began, filtered out; or lost, which
 * only its leaving SYN_SENT can tell, and only where no filter hides whose it was.
 */
static __always_inline void untracked(__u64 key, const struct sock *sk, int oldstate, int newstate,
				      bool first)
{
	const struct sock_common *skc = &sk->__sk_common;
	__u16 protocol = KERNEL_READ(sk, sk_protocol);

	if (protocol == IPPROTO_MPTCP && newstate == TCP_CLOSE)
		bpf_map_delete_elem(&mptcp_owners, &key);
	if (first && current_phase() == PHASE_COMPLETE && oldstate == TCP_SYN_SENT &&
	    protocol == IPPROTO_TCP && !filters_hide() &&
	    endpoint_wanted(netns_of(skc), bpf_ntohs(KERNEL_READ(skc, skc_dport))))
		COUNT(unmatched);
}

/* Whether nobody has seen this attempt begin. That is marked, as not every attempt gets tracked. */
static __always_inline bool beginning_unseen(__u64 key, bool first)
{
	struct place *place = place_of(key);
	bool seen;

	if (!place || first) {
		if (place)
			place->begun = key;
		return first;
	}
	seen = place->begun == key;
	if (seen)
		place->begun = 0; /* not another socket's of the same place */
	return !seen && !tracked_find(key);
}

static __always_inline void state_changed(const struct sock *sk, int oldstate, int newstate,
					  bool first)
{
	bool pending = oldstate == TCP_SYN_SENT || oldstate == TCP_SYN_RECV;
	__u64 key = (__u64)sk;
	struct tracked *tracked;
	struct tcp_sock *tp;

	if (newstate == TCP_SYN_SENT) {
		if (oldstate == TCP_CLOSE && is_tracking() && beginning_unseen(key, first))
			attempt_begin(sk);
		return;
	}
	if (newstate != TCP_CLOSE && !(pending && newstate == TCP_ESTABLISHED))
		return;
	tracked = tracked_find(key);
	if (!tracked) {
		untracked(key, sk, oldstate, newstate, first);
		return;
	}
	tp = tcp_sock_of(sk);
	if (!tp)
		return;
	if (!tracked->attempt.start_ns) {
		tracked_forget(key); /* begun before tracing was: nobody knows by whom */
		return;
	}
	if (newstate == TCP_ESTABLISHED) {
		if (!is_established(tracked))
			attempt_established(key, tracked, tp);
	} else if (!pending) {
		connection_closed(key, tracked, sk, tp, oldstate);
	} else if (!tracked->ended_ns) {
		attempt_closed(key, tracked, sk, tp);
	}
}

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(state_first, const struct sock *sk, int oldstate, int newstate)
{
	state_changed(sk, oldstate, newstate, true);
	return 0;
}

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(state_second, const struct sock *sk, int oldstate, int newstate)
{
	state_changed(sk, oldstate, newstate, false);
	return 0;
}
