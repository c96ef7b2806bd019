// SPDX-License-Identifier: MIT
/* Segments that are sent again. Twice on its tracepoint, for the reason that state.bpf.c gives. */
#include "bpf/attempt.bpf.h"
#include "bpf/gate.bpf.h"
#include <bpf/bpf_tracing.h>

/* How many segments the tracepoint's second argument is: see TCP_SKB_CB() of net/tcp.h. */
static __always_inline __u32 segments_of(const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (const struct tcp_skb_cb *)&skb->cb;

	return BPF_CORE_READ(cb, tcp_gso_segs);
}

static __always_inline void retransmitted(unsigned long long *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	__u64 key = (__u64)sk;
	struct tracked *tracked;
	struct tcp_sock *tp;

	if (!is_our_turn())
		return;
	/* Of a connection only its close tells. */
	if (!event_wanted(EVENT_CLOSE) && READ_TRUSTED(sk, __sk_common.skc_state) != TCP_SYN_SENT)
		return;
	tracked = tracked_find(key);
	tp = tcp_sock_of(sk);
	if (tracked && tp && tracked_is_of(tracked, &sk->__sk_common, true))
		attempt_retransmit(tracked, sk, tp, segments_of((const struct sk_buff *)ctx[1]),
				   retransmit_error(ctx));
}

SEC("raw_tp/tcp_retransmit_skb")
int retry_first(unsigned long long *ctx)
{
	retransmitted(ctx);
	return 0;
}

SEC("raw_tp/tcp_retransmit_skb")
int retry_second(unsigned long long *ctx)
{
	retransmitted(ctx);
	return 0;
}
