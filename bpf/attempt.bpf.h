/* SPDX-License-Identifier: MIT */
/* The life of one attempt, from its beginning to its last event: used by all programs. */
#ifndef BPF_ATTEMPT_BPF_H
#define BPF_ATTEMPT_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/announce.bpf.h"
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

static __always_inline __u32 netns_of(const struct sock_common *skc, bool alive)
{
	const struct net *net = alive ? READ_PTR(skc, skc_net.net) : READ_ADDR(skc, skc_net.net);

	return READ_SOCKET(alive, net, ns.inum);
}

/* alive: see READ_SOCKET(). */
static __always_inline void attempt_addresses(struct attempt *attempt, const struct sock *sk,
					      bool alive)
{
	const struct sock_common *skc = &sk->__sk_common;

	attempt->dport = bpf_ntohs(READ_SOCKET(alive, skc, skc_dport));
	attempt->netns = netns_of(skc, alive);
	if (READ_SOCKET(alive, skc, skc_family) == AF_INET6) {
		BPF_CORE_READ_INTO(&attempt->daddr, skc, skc_v6_daddr.in6_u.u6_addr8);
		if (!address_is_mapped(attempt->daddr)) {
			attempt->family = 6;
			/* connect(2) has bound the socket to the interface that the program named.
			 */
			if (address_is_link_local(attempt->daddr))
				attempt->scope_id = READ_SOCKET(alive, skc, skc_bound_dev_if);
			BPF_CORE_READ_INTO(&attempt->saddr, skc, skc_v6_rcv_saddr.in6_u.u6_addr8);
			return;
		}
		attempt->flags |= ATTEMPT_MAPPED;
	}
	attempt->family = 4;
	address_from_ipv4(attempt->daddr, READ_SOCKET(alive, skc, skc_daddr));
	address_from_ipv4(attempt->saddr, READ_SOCKET(alive, skc, skc_rcv_saddr));
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
	struct task_struct *task;
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
	task = current_task();
	task_flags = READ_TRUSTED(task, flags);
	if (task_flags & PF_IO_WORKER)
		return ORIGIN_IO_URING;
	if (task_flags & PF_KTHREAD)
		return ORIGIN_KERNEL;
	if (in_compat_syscall(task))
		return ORIGIN_COMPAT;
	if (call_match(NULL, 0) == CALL_UNSEEN)
		return ORIGIN_CONNECT; /* not traced, or the kernel skipped the program */
	/* Of the ways to begin an attempt without connect(2), only this one is left. */
	if (has_io_uring(task))
		return ORIGIN_IO_URING;
	return ORIGIN_UNKNOWN;
}

/*
 * Whether the entry is about the attempt or connection that this socket is in. Where the end of
 * that reached no program, the memory can have become another socket's.
 */
static __always_inline bool tracked_is_of(const struct tracked *tracked,
					  const struct sock_common *skc, bool alive)
{
	const struct attempt *attempt = &tracked->attempt;
	const __u64 *want = (const __u64 *)attempt->daddr;
	__u64 addr[2];

	if (bpf_ntohs(READ_SOCKET(alive, skc, skc_dport)) != attempt->dport)
		return false;
	if (attempt->family == 4)
		return READ_SOCKET(alive, skc, skc_daddr) == ((const __u32 *)want)[3];
	BPF_CORE_READ_INTO(&addr, skc, skc_v6_daddr.in6_u.u6_addr8);
	return addr[0] == want[0] && addr[1] == want[1];
}

static __always_inline enum stage stage_of(const struct tracked *tracked)
{
	return tracked ? tracked->stage : STAGE_NONE;
}

static __always_inline void step_count(struct step step)
{
	if (step.actions & ACTION_MISSED)
		COUNT(missed);
	if (step.actions & ACTION_RECOVERED)
		COUNT(recovered);
}

/*
 * Whether the entry of a connection is kept: for its close, or so that the iterator over what is
 * open does not take it for one from before tracing began.
 */
static __always_inline bool established_kept(void)
{
	return event_wanted(EVENT_CLOSE) || (config.open_tell && current_phase() == PHASE_TRACKING);
}

/* With the socket's lock, or to take the entry out. */
static __always_inline void attempt_move(__u64 key, struct tracked *tracked, struct step step)
{
	step_count(step);
	if (step.next == STAGE_NONE || (step.next == STAGE_ESTABLISHED && !established_kept()))
		tracked_forget(key);
	else
		tracked->stage = step.next;
}

static __always_inline void attempt_track(__u64 key, struct tracked *tracked, struct call *call)
{
	struct tracked *before = tracked_find(key);
	struct step step = advance(stage_of(before), EVIDENCE_BEGUN);

	tracked->stage = step.next;
	if (!before) {
		if (!tracked_add(key, tracked))
			untracked_begin(&tracked->attempt, call);
		return;
	}
	step_count(step);
	tracked->share = before->share;
	*before = *tracked;
}

/*
 * The thread is in another call by now: the program at the end of this one was skipped. Nothing is
 * lost of a call that could start no attempt. An attempt that it started has its result told all
 * the same, unless only the errno of this call could say why it failed. If the call was on a socket
 * that could start an attempt and none began, what it returned is lost: then the kernel's count of
 * skipped programs stands.
 */
static __always_inline void call_unfinished(const struct call *call)
{
	struct tracked *tracked = NULL;
	struct step step;

	/* A slot that is free has the key 0 as well, and what it held last is still there. */
	if (call->attempt_sk)
		tracked = tracked_find(call->attempt_sk);
	else if (call->socket)
		return;
	/* The memory of the socket can be that of another thread's by now. */
	if (tracked && tracked->attempt.tid != (__u32)bpf_get_current_pid_tgid())
		tracked = NULL;
	step = advance(stage_of(tracked), EVIDENCE_CALL_LOST);
	step_count(step);
	if (tracked && step.next == STAGE_NONE)
		tracked_forget(call->attempt_sk);
}

/*
 * The connect(2) that an attempt begins in; NULL if there is none, or no program has seen it begin.
 * A subflow's socket is not the one that the program knows.
 */
static __always_inline struct call *call_beginning(const struct sock *sk, const struct tcp_sock *tp)
{
	struct call *call = call_current();

	if (!call || is_subflow(tp) ||
	    call_match(call, (__u64)READ_PTR(sk, sk_socket)) == CALL_CURRENT)
		return call;
	/* The kernel can connect a socket of its own within a call, as SMC does. */
	if (call_match(call, 0) == CALL_STALE)
		call_unfinished(call);
	return NULL;
}

/*
 * CLOSE -> SYN_SENT, always in the context of whoever makes the attempt. announces: this is the
 * copy of the program that says who that is.
 */
static __always_inline void attempt_begin(const struct sock *sk, const struct tcp_sock *tp,
					  bool announces)
{
	struct tracked tracked = {};
	struct attempt *attempt = &tracked.attempt;
	__u64 key = (__u64)sk;
	struct call *call;
	bool wanted;

	call = call_beginning(sk, tp);
	if (call)
		call->attempt_sk = key;
	attempt_addresses(attempt, sk, true);
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
	if (announces)
		announce(attempt);
	else
		announce_put_off(attempt);
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
	if (!pending || !(advance(tracked->stage, EVIDENCE_SYN_AGAIN).actions & ACTION_RETRY))
		return;
	if (!error)
		tracked->syn_retransmits++;
	soft_error_note(tracked, READ_TRUSTED(sk, sk_err_soft), total - 1);
	attempt_source(&tracked->attempt, tp);
	event_send(EVENT_RETRY, &tracked->attempt, bpf_ktime_get_boot_ns(), error,
		   tracked->syn_retransmits);
}

/* With -f, ESTABLISHED is shown as the end of what a retry began, one that could not leave too. */
static __always_inline bool established_wanted(const struct tracked *tracked)
{
	return !config.retried_only || tracked->total_retrans;
}

/*
 * The step, unless -l leaves its result out. now: when the result came. If that went unseen, it is
 * when the call returned, in which the result came; or when the connection ended, before which the
 * result came at some time.
 */
static __always_inline struct step step_wanted(struct step step, const struct tracked *tracked,
					       __u64 now)
{
	bool wanted = latency_wanted(&tracked->attempt, now);
	bool unsure = step.actions & ACTION_UNTIMED && step.actions & ACTION_CLOSE;

	if (wanted && !(unsure && config.min_latency_ns))
		return step;
	return step_withheld(step, wanted);
}

/* Tells the result that the step tells, if any; error: of an attempt that failed, else 0. */
static __always_inline void result_send(struct tracked *tracked, struct step step, __u64 now,
					__u16 error)
{
	struct attempt *attempt = &tracked->attempt;

	if (step.actions & ACTION_UNTIMED)
		attempt->flags |= ATTEMPT_UNTIMED;
	if (step.actions & ACTION_ESTABLISHED) {
		tracked->result_ns = step.actions & ACTION_UNTIMED ? 0 : now;
		if (established_wanted(tracked))
			event_send(EVENT_ESTABLISHED, attempt, now, 0, tracked->syn_retransmits);
	} else if (step.actions & ACTION_RESULT) {
		if (!error)
			attempt->flags &= ~ATTEMPT_NOT_SENT; /* which says why it failed */
		event_send(error ? EVENT_FAILED : EVENT_CANCELLED, attempt, now, error,
			   tracked->syn_retransmits);
	}
}

/* SYN_SENT or SYN_RECV -> ESTABLISHED. */
static __always_inline void attempt_established(__u64 key, struct tracked *tracked,
						const struct tcp_sock *tp)
{
	struct step step = advance(tracked->stage, EVIDENCE_ESTABLISHED);
	__u64 now;

	if (step.actions & ACTION_ESTABLISHED) {
		now = bpf_ktime_get_boot_ns();
		attempt_source(&tracked->attempt, tp);
		step = step_wanted(step, tracked, now);
		result_send(tracked, step, now, 0);
	} else if (tracked->stage == STAGE_BEFORE && !config.open_track) {
		step.next = STAGE_NONE;
	}
	attempt_move(key, tracked, step);
}

/*
 * Whether the attempt ended within the connect(2) that began it, and that is still to return. A
 * thread whose slot says so can be in another call: the end of that one was skipped.
 */
static __always_inline bool call_will_tell(__u64 key)
{
	struct call *call = call_of_attempt(key);

	return call && call_match(call, 0) == CALL_CURRENT;
}

/*
 * SYN_SENT or SYN_RECV -> CLOSE, of an attempt that is pending; or SYN_RECV -> FIN_WAIT1, of one
 * that was given up as the SYNs had crossed. Then the socket lives on, and must not be taken for
 * one from before tracing began.
 */
static __always_inline void attempt_closed(__u64 key, struct tracked *tracked,
					   const struct sock *sk, const struct tcp_sock *tp,
					   int newstate)
{
	__u64 now = bpf_ktime_get_boot_ns();
	bool bound = tracked->attempt.sport;
	bool built = syn_was_built(tracked, tp);
	int error = socket_error(tracked, sk, built);
	struct step step;

	attempt_source(&tracked->attempt, tp);
	if (!built)
		tracked->attempt.flags |= ATTEMPT_NOT_SENT;
	/* An attempt may end before it has a port: then that of an earlier use still stands there.
	 */
	if (!error && !bound && tracked->attempt.sport == tracked->stale_port)
		tracked->attempt.sport = 0;
	if (!error && call_will_tell(key)) {
		tracked->result_ns = now;
		attempt_move(key, tracked, advance(STAGE_PENDING, EVIDENCE_CLOSED_IN_CALL));
		return;
	}
	if (!error)
		error = waiting_error(tracked, sk, tp);
	step = step_wanted(advance(STAGE_PENDING, EVIDENCE_CLOSED), tracked, now);
	result_send(tracked, step, now, error);
	if (newstate != TCP_CLOSE && established_kept())
		step.next = STAGE_ENDED;
	attempt_move(key, tracked, step);
}

#endif
