/* SPDX-License-Identifier: MIT */
/* The life of one attempt, from its beginning to its last event: used by all programs. */
#ifndef BPF_ATTEMPT_BPF_H
#define BPF_ATTEMPT_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/call.bpf.h"
#include "bpf/error.bpf.h"
#include "bpf/filter.bpf.h"
#include "bpf/identity.bpf.h"
#include "bpf/tracked.bpf.h"
#include "bpf/untracked.bpf.h"
#include "contract/interface.h"

/*
 * Waking the reader costs far more than writing a record, so it is woken only by one that lies
 * across a multiple of config.wakeup_size (a power of two) in memory, as there is one in each such
 * part of the ring; it also reads on its own, many times a second.
 */
static __always_inline void event_submit(void *event, __u32 size)
{
	__u32 end = address_low((__u64)event) + size;
	bool across = (end & (config.wakeup_size - 1)) < size + BPF_RINGBUF_HDR_SZ;

	bpf_ringbuf_submit(event, across ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

/* Room for a record in the ring, its head filled in; or NULL, and the loss is counted. */
static __always_inline void *event_reserve(enum event_kind kind, __u16 size, __u64 now)
{
	struct attempt_record *event = bpf_ringbuf_reserve(&ring, size, 0);

	COUNT(sent);
	if (!event) {
		COUNT(ring);
		return NULL;
	}
	event->head.interface = INTERFACE;
	event->head.kind = kind;
	event->head.size = size;
	event->ended = ENDED_UNKNOWN;
	event->error = 0;
	event->syn_retransmits = 0;
	event->reserved = 0;
	event->time_ns = now;
	return event;
}

/* Sends any event but a close, if it is wanted. */
static __always_inline void event_send(enum event_kind kind, const struct attempt *attempt,
				       __u64 now, __u16 error, __u32 syn_retransmits)
{
	struct attempt_record *event;

	if (!event_wanted(kind))
		return;
	event = event_reserve(kind, sizeof(*event), now);
	if (!event)
		return;
	event->error = error;
	event->syn_retransmits = syn_retransmits;
	event->attempt = *attempt;
	event_submit(event, sizeof(*event));
}

static __always_inline __u32 netns_of(const struct sock_common *skc)
{
	const struct net *net = READ_PTR(skc, skc_net.net);

	return READ_TRUSTED(net, ns.inum);
}

static __always_inline void attempt_addresses(struct attempt *attempt, const struct sock *sk)
{
	const struct sock_common *skc = &sk->__sk_common;

	attempt->dport = bpf_ntohs(READ_TRUSTED(skc, skc_dport));
	attempt->netns = netns_of(skc);
	if (READ_TRUSTED(skc, skc_family) == AF_INET6) {
		BPF_CORE_READ_INTO(&attempt->daddr, skc, skc_v6_daddr.in6_u.u6_addr8);
		if (!address_is_mapped(attempt->daddr)) {
			attempt->family = 6;
			/* connect(2) has bound the socket to the interface that the program named.
			 */
			if (address_is_link_local(attempt->daddr))
				attempt->scope_id = READ_TRUSTED(skc, skc_bound_dev_if);
			BPF_CORE_READ_INTO(&attempt->saddr, skc, skc_v6_rcv_saddr.in6_u.u6_addr8);
			return;
		}
		attempt->flags |= ATTEMPT_MAPPED;
	}
	attempt->family = 4;
	address_from_ipv4(attempt->daddr, READ_TRUSTED(skc, skc_daddr));
	address_from_ipv4(attempt->saddr, READ_TRUSTED(skc, skc_rcv_saddr));
}

static __always_inline void attempt_request(struct attempt *attempt, struct call *call)
{
	/* Not resident when the call began; by now the kernel itself has read it. */
	if (!call->request.family)
		call_request(call);
	if (!call->request.family)
		return;
	attempt->flags |= ATTEMPT_REQUESTED;
	attempt->requested_port = call->request.port;
	address_copy(attempt->requested, call->request.addr);
}

/* Evidence in the order of its strength; call: the connect(2) that this happens in, or NULL. */
static __always_inline enum origin attempt_origin(const struct sock *sk, const struct tcp_sock *tp,
						  const struct call *call)
{
	struct task_struct *task = current_task();
	struct syscall_regs regs;
	__u32 task_flags;

	if (READ_TRUSTED_BITFIELD(tp, repair))
		return ORIGIN_REPAIR;
	if (is_subflow(tp))
		return ORIGIN_MPTCP;
	if (READ_TRUSTED_BITFIELD(sk, sk_kern_sock))
		return ORIGIN_KERNEL;
	if (READ_PTR(tp, fastopen_req))
		return ORIGIN_SENDMSG;
	if (call)
		return ORIGIN_CONNECT;
	task_flags = READ_TRUSTED(task, flags);
	if (task_flags & PF_IO_WORKER)
		return ORIGIN_IO_URING;
	if (task_flags & PF_KTHREAD)
		return ORIGIN_KERNEL;
	if (in_compat_syscall(task))
		return ORIGIN_COMPAT;
	if (syscall_of_current(&regs) && regs.nr == NR_CONNECT)
		return ORIGIN_CONNECT; /* not traced, or the kernel skipped the program */
	/* Not connect(2), then: of the ways in, this is left. */
	if (has_io_uring(task))
		return ORIGIN_IO_URING;
	return ORIGIN_UNKNOWN;
}

static __always_inline void attempt_track(__u64 key, struct tracked *tracked, struct call *call)
{
	struct tracked *before = tracked_find(key);

	if (!before) {
		if (!tracked_add(key, tracked))
			untracked_begin(&tracked->attempt, call);
		return;
	}
	/* An attempt whose end was never seen; those of before tracing began do not count. */
	if (before->attempt.start_ns)
		COUNT(missed);
	tracked->share = before->share;
	*before = *tracked;
}

/*
 * The connect(2) that an attempt begins in. One on another socket is of before: the kernel skipped
 * the program at its end. A subflow's socket is not the one that the program knows.
 */
static __always_inline struct call *call_beginning(const struct sock *sk, const struct tcp_sock *tp)
{
	struct call *call = call_current();

	if (!call || is_subflow(tp) || (__u64)READ_PTR(sk, sk_socket) == call->socket)
		return call;
	return NULL;
}

/* CLOSE -> SYN_SENT, always in the context of whoever makes the attempt. */
static __always_inline void attempt_begin(const struct sock *sk, const struct tcp_sock *tp)
{
	struct tracked tracked = {};
	struct attempt *attempt = &tracked.attempt;
	__u64 key = (__u64)sk;
	struct call *call;
	bool wanted;

	call = call_beginning(sk, tp);
	if (call)
		call->attempt_sk = key;
	attempt_addresses(attempt, sk);
	wanted = destination_wanted(attempt);
	/* Another subflow of the connection may be wanted: then its owner must be known. */
	if (!wanted && !is_subflow(tp))
		return;
	attempt->origin = attempt_origin(sk, tp, call);
	if (!attempt_identity(attempt, tp) || !wanted)
		return;
	if (config.syscalls && !call && attempt->origin == ORIGIN_CONNECT) {
		call = call_begin_late();
		if (call)
			call->attempt_sk = key;
	}
	attempt->start_ns = bpf_ktime_get_boot_ns();
	attempt->cpu = bpf_get_smp_processor_id();
	if (call)
		attempt_request(attempt, call);
	attempt->sport = READ_TRUSTED(sk, __sk_common.skc_num); /* set if the program bound one */
	if (!attempt->sport)
		tracked.stale_port = bpf_ntohs(READ_TRUSTED(tp, inet_conn.icsk_inet.inet_sport));
	errors_begin(&tracked, sk, tp);
	event_send(EVENT_CONNECT, attempt, attempt->start_ns, 0, 0);

	attempt_track(key, &tracked, call);
}

/* The source port, once it is assigned. */
static __always_inline void attempt_source(struct attempt *attempt, const struct tcp_sock *tp)
{
	attempt->sport = bpf_ntohs(READ_TRUSTED(tp, inet_conn.icsk_inet.inet_sport));
}

/*
 * A segment of the attempt or of its connection was sent again; error: why it did not leave this
 * host, 0 if it did. The kernel's total counts both.
 */
static __always_inline void attempt_retransmit(struct tracked *tracked, const struct sock *sk,
					       const struct tcp_sock *tp, __u32 segments,
					       __u16 error)
{
	bool pending = READ_TRUSTED(sk, __sk_common.skc_state) == TCP_SYN_SENT;
	__u32 total = READ_TRUSTED(tp, total_retrans);

	if (total == tracked->total_retrans)
		return; /* the other copy of the program has seen it */
	tracked->total_retrans = total;
	if (!error)
		tracked->retransmits += segments;
	if (!pending)
		return;
	if (!error)
		tracked->syn_retransmits++;
	soft_error_note(tracked, READ_TRUSTED(sk, sk_err_soft), total - 1);
	attempt_source(&tracked->attempt, tp);
	event_send(EVENT_RETRY, &tracked->attempt, bpf_ktime_get_boot_ns(), error,
		   tracked->syn_retransmits);
}

static __always_inline bool is_established(const struct tracked *tracked)
{
	return tracked->established_ns || tracked->attempt.flags & ATTEMPT_UNTIMED;
}

/* With -f, it is as the end of what a retry began, be it one that could not leave. */
static __always_inline bool established_wanted(const struct tracked *tracked)
{
	return !config.retried_only || tracked->total_retrans;
}

/* The kernel skipped the programs at that moment, but what came after shows that there was one. */
static __always_inline void attempt_established_unseen(struct tracked *tracked,
						       const struct tcp_sock *tp)
{
	struct attempt *attempt = &tracked->attempt;

	attempt->flags |= ATTEMPT_UNTIMED;
	attempt->sport = bpf_ntohs(BPF_CORE_READ(tp, inet_conn.icsk_inet.inet_sport));
	if (!config.min_latency_ns && established_wanted(tracked))
		event_send(EVENT_ESTABLISHED, attempt, bpf_ktime_get_boot_ns(), 0,
			   tracked->syn_retransmits);
}

static __always_inline void attempt_established(__u64 key, struct tracked *tracked,
						const struct tcp_sock *tp)
{
	bool wanted;

	tracked->established_ns = bpf_ktime_get_boot_ns();
	attempt_source(&tracked->attempt, tp);
	wanted = latency_wanted(&tracked->attempt, tracked->established_ns);
	if (wanted && established_wanted(tracked))
		event_send(EVENT_ESTABLISHED, &tracked->attempt, tracked->established_ns, 0,
			   tracked->syn_retransmits);
	if (!wanted || !event_wanted(EVENT_CLOSE))
		tracked_forget(key);
}

/* The attempt ended without a handshake; error 0: given up by this host. */
static __always_inline void attempt_end(__u64 key, struct tracked *tracked, __u64 now, __u16 error)
{
	if (!error)
		tracked->attempt.flags &= ~ATTEMPT_NOT_SENT; /* which says why it failed */
	if (latency_wanted(&tracked->attempt, now))
		event_send(error ? EVENT_FAILED : EVENT_CANCELLED, &tracked->attempt, now, error,
			   tracked->syn_retransmits);
	tracked_forget(key);
}

/* SYN_SENT or SYN_RECV -> CLOSE. */
static __always_inline void attempt_closed(__u64 key, struct tracked *tracked,
					   const struct sock *sk, const struct tcp_sock *tp)
{
	__u64 now = bpf_ktime_get_boot_ns();
	bool bound = tracked->attempt.sport;
	bool built = syn_was_built(tracked, tp);
	struct call *call;
	int error = socket_error(tracked, sk, built);

	attempt_source(&tracked->attempt, tp);
	if (!built)
		tracked->attempt.flags |= ATTEMPT_NOT_SENT;
	if (error) {
		attempt_end(key, tracked, now, error);
		return;
	}
	/* It may have ended before a port was assigned: then the old one still stands there. */
	if (!bound && tracked->attempt.sport == tracked->stale_port)
		tracked->attempt.sport = 0;
	call = call_current();
	if (call && call->attempt_sk == key)
		tracked->ended_ns = now; /* the errno is what the system call returns */
	else
		attempt_end(key, tracked, now, waiting_error(tracked, sk, tp));
}

#endif
