// SPDX-License-Identifier: MIT
/*
 * The truth about every attempt: the state changes of its socket.
 *
 * An interrupt that runs a program which is already running on its CPU finds it skipped. So there
 * are two copies on the same tracepoint, the second doing what the first has not done yet: an
 * interrupt lands in one of them only.
 *
 * Since Linux 7.0 or so, raw tracepoints can be preempted. Then a thread stays in the program until
 * it is its turn again, all others of its CPU find that skipped, and one of them comes to stay in
 * the second copy. So before both runs one of perf events, which cannot be preempted but does not
 * know the types of its arguments. Before both it is because all tracers' perf programs run where
 * the first of them was attached.
 */
#include "bpf/attempt.bpf.h"
#include "bpf/before.bpf.h"
#include "bpf/close.bpf.h"
#include "bpf/gate.bpf.h"
#include <bpf/bpf_tracing.h>

enum copy { COPY_PERF, COPY_FIRST, COPY_SECOND };

#define FIRST_COPY (config.tp_preemptible ? COPY_PERF : COPY_FIRST)

/* Whether no copy runs after this one. */
static __always_inline bool is_last(enum copy copy)
{
	return copy == COPY_SECOND || FAULT(ONE_COPY);
}

/*
 * Any state after the handshake -> CLOSE. The entry stays until the last copy has run: without it,
 * the next copy would take the connection for one from before tracing began.
 */
static __always_inline void connection_closed(__u64 key, struct tracked *tracked,
					      const struct sock *sk, const struct tcp_sock *tp,
					      int oldstate, enum copy copy)
{
	struct step step = advance(tracked->stage, EVIDENCE_ENDED);
	__u64 now;

	if (step.actions & ACTION_ESTABLISHED) {
		now = bpf_ktime_get_boot_ns();
		attempt_source(&tracked->attempt, tp);
		step = step_wanted(step, tracked, now);
		if (FAULT(ONE_COPY))
			step = step_to(STAGE_NONE, ACTION_MISSED);
		result_send(tracked, step, now, 0);
	}
	if (step.actions & ACTION_CLOSE && event_wanted(EVENT_CLOSE)) {
		if (is_unattributed(&tracked->attempt))
			COUNT(unattributed);
		else
			connection_close_send(tracked, sk, tp, oldstate);
	}
	if (is_last(copy) || !event_wanted(EVENT_CLOSE))
		step.next = STAGE_NONE;
	attempt_move(key, tracked, step);
}

static __always_inline struct tcp_sock *tcp_sock_for(enum copy copy, const struct sock *sk)
{
	return copy == COPY_PERF ? tcp_sock_of_cast(sk) : tcp_sock_of(sk);
}

/*
 * Whether the first SYN was sent after tracing began, with these filters. The stamp is the lower
 * half of CLOCK_MONOTONIC in milliseconds, or, since Linux 6.7 (614e8316aa4c), in microseconds
 * where the route says so; 0 if no SYN was sent.
 */
static __always_inline bool syn_is_ours(const struct tcp_sock *tp)
{
	__u64 now = bpf_ktime_get_ns(), unit = 1000000, age;
	__u32 stamp = READ_TRUSTED(tp, retrans_stamp);

	if (bpf_core_field_exists(tp->tcp_usec_ts) && READ_TRUSTED_BITFIELD(tp, tcp_usec_ts))
		unit = 1000;
	age = (__u32)(now / unit) - stamp;
	return !stamp || age * unit <= now - shared.filters_ns;
}

/*
 * A socket that is not tracked: accepted, open before tracing began, filtered out; or lost, which
 * only its leaving SYN_SENT can tell, and only where no filter hides whose it was. Of those that
 * were pending at the start, only what is in no descriptor table has no entry.
 */
static __always_inline void untracked(__u64 key, const struct sock *sk, int oldstate, int newstate,
				      enum copy copy)
{
	const struct sock_common *skc = &sk->__sk_common;
	__u16 protocol = READ_TRUSTED(sk, sk_protocol);
	struct tcp_sock *tp;

	if (protocol == IPPROTO_MPTCP && newstate == TCP_CLOSE)
		bpf_map_delete_elem(&mptcp_owners, &key);
	if (copy != FIRST_COPY || current_phase() != PHASE_COMPLETE || oldstate != TCP_SYN_SENT ||
	    protocol != IPPROTO_TCP ||
	    !unknown_counts(netns_of(skc, true), bpf_ntohs(READ_TRUSTED(skc, skc_dport))))
		return;
	tp = tcp_sock_for(copy, sk);
	if (tp && syn_is_ours(tp) && !untracked_end())
		COUNT(unmatched);
}

/*
 * Whether no copy before this one has handled this beginning. An attempt that a filter leaves out
 * has no entry, so each copy leaves a mark in the slot. The last copy clears the mark: a later
 * socket of the same slot must not take it for its own. An attempt that begins on another CPU may
 * have overwritten the mark: then the entry, or the call, tells.
 */
static __always_inline bool beginning_unseen(__u64 key, enum copy copy)
{
	struct slot *slot = slot_of(key);
	bool seen = slot && slot->last_begun == key;

	if (slot)
		slot->last_begun = copy == COPY_SECOND ? 0 : key;
	return copy == FIRST_COPY || (!seen && !tracked_find(key) && !call_of_attempt(key));
}

/*
 * Whom attempts refer to is told by one copy only, which spares the verifier the other: the first,
 * as an attempt begins in no interrupt, so that copy is hardly ever skipped. If it is, the next
 * attempt of the process tells, and the delay is counted.
 */
static __always_inline bool announces(enum copy copy)
{
	return copy != COPY_SECOND && copy == FIRST_COPY;
}

static __always_inline bool is_tracking_for(enum copy copy)
{
	return is_tracking() && !(FAULT(START_BETWEEN) && copy == FIRST_COPY);
}

static __always_inline void attempt_begins(__u64 key, const struct sock *sk, enum copy copy)
{
	struct tcp_sock *tp;

	/* In this order: a beginning that the first copy has seen too early is not the second's. */
	if (!beginning_unseen(key, copy) || !is_tracking_for(copy))
		return;
	tp = tcp_sock_for(copy, sk);
	if (tp)
		attempt_begin(sk, tp, announces(copy));
}

/* EVIDENCE_END: nothing that matters. */
static __always_inline enum evidence evidence_of(int oldstate, int newstate)
{
	bool pending = oldstate == TCP_SYN_SENT || oldstate == TCP_SYN_RECV;

	if (newstate == TCP_SYN_SENT)
		return oldstate == TCP_CLOSE ? EVIDENCE_BEGUN : EVIDENCE_END;
	if (newstate == TCP_CLOSE)
		return pending ? EVIDENCE_CLOSED : EVIDENCE_ENDED;
	if (newstate == TCP_ESTABLISHED && pending)
		return EVIDENCE_ESTABLISHED;
	/* Closed before the peer has answered our SYN, and only crossed it by one: given up. */
	if (newstate == TCP_FIN_WAIT1 && oldstate == TCP_SYN_RECV)
		return EVIDENCE_CLOSED;
	return EVIDENCE_END;
}

/* Whether a test has asked that this copy, or no program, sees it. */
static __always_inline bool is_hidden(const struct sock *sk, int newstate, enum copy copy)
{
	__u16 hidden = newstate == TCP_CLOSE	     ? FAULT_CLOSES_HIDDEN
		       : newstate == TCP_ESTABLISHED ? FAULT_ESTABLISHED_HIDDEN
						     : 0;

	if (FAULT(ONE_COPY) && copy != COPY_FIRST)
		return true;
	return config.fault & hidden && READ_TRUSTED(sk, __sk_common.skc_dport) == bpf_htons(80);
}

/* The set of programs before ours has acted: what its last copy may not have done. */
static __always_inline void finish_for_others(__u64 key, enum copy copy)
{
	struct slot *slot = slot_of(key);
	const struct tracked *tracked;

	if (!is_last(copy))
		return;
	if (slot && slot->last_begun == key)
		slot->last_begun = 0;
	tracked = tracked_find(key);
	if (tracked && tracked->stage == STAGE_ENDED)
		tracked_forget(key);
}

static __always_inline bool is_ours(__u64 key, int newstate, enum copy copy)
{
	enum turn turn = turn_at_state(key, newstate, copy == FIRST_COPY);

	if (turn == TURN_COMES)
		finish_for_others(key, copy);
	return turn == TURN_OURS;
}

static __always_inline void state_changed(const struct sock *sk, int oldstate, int newstate,
					  enum copy copy)
{
	enum evidence evidence = evidence_of(oldstate, newstate);
	__u64 key = (__u64)sk;
	struct tracked *tracked;
	struct tcp_sock *tp;

	if (!is_ours(key, newstate, copy) || (config.fault && is_hidden(sk, newstate, copy)))
		return;
	if (evidence == EVIDENCE_BEGUN)
		attempt_begins(key, sk, copy);
	if (evidence == EVIDENCE_BEGUN || evidence == EVIDENCE_END)
		return;
	tracked = tracked_find(key);
	if (!tracked)
		untracked(key, sk, oldstate, newstate, copy);
	if (!tracked && evidence != EVIDENCE_ENDED)
		return;
	tp = tcp_sock_for(copy, sk);
	if (!tp)
		return;
	if (!tracked)
		tracked = entry_of_before(key, sk, tp, oldstate, copy == FIRST_COPY);
	if (!tracked)
		return;
	if (!tracked_is_of(tracked, &sk->__sk_common, true))
		attempt_move(key, tracked, advance(tracked->stage, EVIDENCE_GONE));
	else if (evidence == EVIDENCE_ESTABLISHED)
		attempt_established(key, tracked, tp);
	else if (evidence == EVIDENCE_ENDED)
		connection_closed(key, tracked, sk, tp, oldstate, copy);
	else if (tracked->stage == STAGE_PENDING)
		attempt_closed(key, tracked, sk, tp, newstate);
	else
		attempt_move(key, tracked, advance(tracked->stage, EVIDENCE_CLOSED));
}

SEC("tracepoint/sock/inet_sock_set_state")
int state_perf(struct trace_event_raw_inet_sock_set_state *ctx)
{
	state_changed(CAST(struct sock, ctx->skaddr), ctx->oldstate, ctx->newstate, COPY_PERF);
	return 0;
}

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(state_first, const struct sock *sk, int oldstate, int newstate)
{
	state_changed(sk, oldstate, newstate, COPY_FIRST);
	return 0;
}

SEC("raw_tp/inet_sock_set_state")
int BPF_PROG(state_second, const struct sock *sk, int oldstate, int newstate)
{
	state_changed(sk, oldstate, newstate, COPY_SECOND);
	return 0;
}
