// SPDX-License-Identifier: MIT
/*
 * Run once, right after attaching: attempts that are pending already. They are entered in the map
 * with nothing known of them (start_ns 0), so that their results are neither shown nor taken for
 * those of attempts that were lost.
 */
#include "bpf/attempt.bpf.h"
#include "bpf/socket.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline bool is_pending(const struct sock *sk)
{
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	return state == TCP_SYN_SENT || state == TCP_SYN_RECV;
}

/* Only what is entered below: a new attempt of the same socket may have taken its place. */
static __always_inline void pending_forget(__u64 key)
{
	struct tracked *tracked = tracked_find(key);

	if (tracked && !tracked->attempt.start_ns)
		tracked_unhash(key);
}

SEC("iter/task_file")
int pending_file(struct bpf_iter__task_file *ctx)
{
	const struct tracked unknown = {};
	struct file *file = ctx->file; /* NULL after the last */
	struct socket *socket;
	struct sock *sk;
	__u64 key;

	if (!file)
		return 0;
	socket = socket_of_file(file);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || !is_pending(sk))
		return 0;
	key = (__u64)sk;
	/* It is not under the socket's lock, so only the hash map, which has locks of its own, will
	 * do. */
	if (!tracked_find(key))
		tracked_hash(key, &unknown);
	/* Should it have ended meanwhile, nothing else would take it out again. */
	if (!is_pending(sk))
		pending_forget(key);
	return 0;
}
