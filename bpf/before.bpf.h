/* SPDX-License-Identifier: MIT */
/*
 * Connections that this host opened before tracing began, and that have no entry as they end: the
 * iterator of open.bpf.c has not come to them yet, or no process holds them.
 */
#ifndef BPF_BEFORE_BPF_H
#define BPF_BEFORE_BPF_H

#include "bpf/attempt.bpf.h"
#include "bpf/direction.bpf.h"

/*
 * Whether it can be told, or is to be counted, that such a connection ended. With a filter by
 * processes it is counted until the iterator has come to all that they hold; without, what the
 * filters hid since tracing began is hidden now.
 */
static __always_inline bool before_matters(void)
{
	if (!config.open_end || !is_tracking())
		return false;
	return !process_filtered() || (config.open_track && current_phase() == PHASE_TRACKING);
}

/*
 * Whose it was, is not known, and the filters may not want it; or it may be an attempt that found
 * no room, was counted as `state`, and became a connection.
 */
static __always_inline bool is_unattributed(const struct attempt *attempt)
{
	if (!(attempt->flags & ATTEMPT_PREEXISTING) || attempt->pid)
		return false;
	return process_filtered() || *(volatile __u64 *)&shared.untracked_ever;
}

/*
 * An entry for it, as the iterator makes one but without a process, so that its end is told like
 * any other's, and by one copy of the program. NULL: it is none such. first: this is the first
 * copy; if there is no room for an entry, only that counts it.
 */
static __always_inline struct tracked *entry_of_before(__u64 key, const struct sock *sk,
						       const struct tcp_sock *tp, int oldstate,
						       bool first)
{
	struct tracked tracked = {.stage = STAGE_ESTABLISHED};
	struct attempt *attempt = &tracked.attempt;

	if (!before_matters() || oldstate == TCP_LISTEN || oldstate == TCP_CLOSE ||
	    direction_at_close(tp, oldstate) != DIRECTION_OUT)
		return NULL;
	attempt_addresses(attempt, sk, true);
	if (!destination_wanted(attempt))
		return NULL;
	attempt_source(attempt, tp);
	attempt->flags |= ATTEMPT_PREEXISTING;
	if (is_subflow(tp))
		attempt->origin = ORIGIN_MPTCP;
	attempt->start_ns = bpf_ktime_get_boot_ns();
	attempt->cpu = bpf_get_smp_processor_id();
	tracked.retransmits = tracked.total_retrans = READ_TRUSTED(tp, total_retrans);
	if (tracked_add(key, &tracked))
		return tracked_find(key);
	if (first)
		COUNT(unattributed);
	return NULL;
}

#endif
