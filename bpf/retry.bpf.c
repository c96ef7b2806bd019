// SPDX-License-Identifier: MIT
/* SYNs that are sent again. Twice on its tracepoint, for the reason that state.bpf.c gives. */
#include "bpf/attempt.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline void retransmitted(unsigned long long *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	__u64 key = (__u64)sk;
	struct tracked *tracked;
	struct tcp_sock *tp;

	if (KERNEL_READ(sk, __sk_common.skc_state) != TCP_SYN_SENT || retransmit_failed(ctx))
		return;
	tracked = tracked_find(key);
	tp = tcp_sock_of(sk);
	if (tracked && tracked->attempt.start_ns && tp) /* not one of before tracing began */
		attempt_retry(tracked, tp);
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
