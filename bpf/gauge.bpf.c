// SPDX-License-Identifier: MIT
/*
 * Run as often as user space asks: which attempts are pending, and what each connection that is
 * tracked has carried so far. Nothing is done as data are sent or received.
 */
#include "bpf/open.bpf.h"
#include "bpf/socket.bpf.h"

static __always_inline void gauge_begin(struct gauge_record *gauge, const struct tracked *tracked)
{
	gauge->head.interface = INTERFACE;
	gauge->head.kind = EVENT_GAUGE;
	gauge->head.size = sizeof(*gauge);
	gauge->start_ns = tracked->attempt.start_ns;
	gauge->cpu = tracked->attempt.cpu;
	gauge->state = TCP_SYN_SENT;
}

static __always_inline void gauge_fill(struct gauge_record *gauge, const struct tracked *tracked,
				       const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;
	struct carried carried;
	struct flow flow;

	flow_settled(&flow, sk); /* else, at worst, what is being sent is in it by half */
	carried_read(&carried, &flow, sk, tracked->attempt.origin != ORIGIN_REPAIR);
	gauge->bytes_sent = carried.bytes_sent;
	gauge->bytes_received = carried.bytes_received;
	gauge->unacked = carried.unacked;
	gauge->retransmits = carried.retransmits;
	gauge->rtt_us = carried.rtt_us;
	idle_ns(tp, &gauge->idle_ns);
	gauge->state = flow.state;
}

/* Of a pending attempt, whose socket says nothing more. */
static __always_inline void gauge_pending(struct bpf_iter_meta *meta, const struct tracked *tracked)
{
	struct gauge_record record = {};

	gauge_begin(&record, tracked);
	seq_put(meta, &record, sizeof(record));
}

/*
 * An entry lives as long as its connection, and with it the socket. This runs without the socket's
 * lock, so the map is asked again when all was read: the entry may have gone meanwhile, and the
 * memory may have become another's.
 */
static __always_inline void gauge(struct bpf_iter_meta *meta, __u64 key,
				  const struct tracked *found)
{
	const struct sock *sk = (const struct sock *)key;
	__u64 start_ns = found->attempt.start_ns;
	struct gauge_record record = {};
	const struct tracked *tracked;

	if (!key || found->stage == STAGE_NONE || found->stage == STAGE_ENDED)
		return;
	if (found->stage != STAGE_ESTABLISHED) {
		gauge_pending(meta, found);
		return;
	}
	if (!tracked_is_of(found, &sk->__sk_common, false))
		return;
	gauge_begin(&record, found);
	gauge_fill(&record, found, sk);
	barrier();
	tracked = tracked_find(key);
	if (tracked && tracked->stage == STAGE_ESTABLISHED && tracked->attempt.start_ns == start_ns)
		seq_put(meta, &record, sizeof(record));
}

SEC("iter/bpf_map_elem")
int gauge_slots(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct slot *slot = ctx->value; /* NULL after the last */

	if (slot)
		gauge(ctx->meta, slot->key, &slot->tracked);
	return 0;
}

SEC("iter/bpf_map_elem")
int gauge_overflow(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct tracked *tracked = ctx->value;
	const __u64 *key = ctx->key;

	if (key && tracked)
		gauge(ctx->meta, *key, tracked);
	return 0;
}

/*
 * Where iterators over maps are refused: by the descriptors of all processes. What no process holds
 * is not found so, nor MPTCP, whose descriptors are of another socket.
 */
SEC("iter/task_file")
int gauge_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file; /* NULL after the last */
	const struct tracked *tracked;
	struct sock *sk;

	if (!file)
		return 0;
	sk = BPF_CORE_READ(socket_of_file(file), sk);
	if (!sk || READ_ADDR(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	tracked = tracked_find((__u64)sk);
	if (tracked)
		gauge(ctx->meta, (__u64)sk, tracked);
	return 0;
}
