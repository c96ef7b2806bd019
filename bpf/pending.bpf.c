// SPDX-License-Identifier: MIT
/*
 * Run once, right after attaching. Attempts that are pending already get an entry (STAGE_BEFORE) of
 * which nothing else is known, so that their results are not taken for those of attempts that were
 * lost. Of MPTCP connections that are open already it is noted whose they are, because they can
 * open further subflows.
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

	if (tracked && tracked->stage == STAGE_BEFORE)
		overflow_remove(key);
}

/* Whether its result would be taken for that of an attempt that was lost, had it no entry. */
static __always_inline bool result_counts(const struct sock *sk)
{
	return unknown_counts(BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum),
			      bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)));
}

static __always_inline void pending_note(struct sock *sk, struct task_struct *holder)
{
	struct tracked unknown = {.stage = advance(STAGE_NONE, EVIDENCE_FOUND).next};
	__u64 key = (__u64)sk;

	if (!is_pending(sk) || !result_counts(sk))
		return;
	/* This runs without the socket's lock, so only the hash map will do, which has its own. */
	unknown.share = share_index(share_owner(holder));
	if (!tracked_find(key))
		overflow_add(key, &unknown);
	/* Should it have ended meanwhile, nothing else would take it out again. */
	if (!is_pending(sk))
		pending_forget(key);
}

static __always_inline bool cgroup_is_listed(__u64 id, bool left_out)
{
	for (__u32 i = 0; i < CGROUPS_MAX; i++)
		if (i < config.n_cgroups && config.cgroups[i].id == id &&
		    !config.cgroups[i].left_out == !left_out)
			return true;
	return false;
}

/* The verifier wants a bound. What lies deeper is taken for not listed; 10 is deep already. */
#define CGROUP_LEVELS_MAX 64

/* In one of the cgroups that are left out, or in one of the others, or below it. */
static __always_inline bool task_cgroup_listed(struct task_struct *task, bool left_out)
{
	struct cgroup_subsys_state *css = &task->cgroups->dfl_cgrp->self;

	for (int i = 0; css && i < CGROUP_LEVELS_MAX; i++) {
		if (cgroup_is_listed(css->cgroup->kn->id, left_out))
			return true;
		css = css->parent;
	}
	return false;
}

/* cgroup_wanted(), for any task. */
static __always_inline bool task_cgroup_wanted(struct task_struct *task)
{
	if (!config.n_cgroups)
		return true;
	if (task_cgroup_listed(task, true))
		return false;
	return config.filter_cgroup == FILTER_OTHERS || task_cgroup_listed(task, false);
}

static __always_inline bool is_open(const struct sock *sk)
{
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	return state != TCP_CLOSE && state != TCP_LISTEN;
}

/* Who holds the descriptor owns the connection, unless its beginning was seen. */
static __always_inline void owner_note(struct sock *sk, struct task_struct *task)
{
	struct attempt owner = {};
	__u64 key = (__u64)sk;

	if (!is_open(sk) || bpf_map_lookup_elem(&mptcp_owners, &key))
		return;
	identity_of(&owner, task->group_leader); /* which thread it was is past */
	if (!pid_is_wanted(owner.pid) || !task_cgroup_wanted(task) || !identity_wanted(&owner))
		owner.flags = OWNER_UNWANTED;
	bpf_map_update_elem(&mptcp_owners, &key, &owner, BPF_NOEXIST);
	/* Should it have ended meanwhile, nothing else would take it out again. */
	if (!is_open(sk))
		bpf_map_delete_elem(&mptcp_owners, &key);
}

SEC("iter/task_file")
int pending_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file; /* NULL after the last */
	struct sock *sk, *first;
	__u16 protocol;

	if (!file || !task)
		return 0;
	sk = BPF_CORE_READ(socket_of_file(file), sk);
	if (!sk)
		return 0;
	protocol = BPF_CORE_READ(sk, sk_protocol);
	if (protocol == IPPROTO_TCP) {
		pending_note(sk, task);
	} else if (HAS_MPTCP && protocol == IPPROTO_MPTCP) {
		owner_note(sk, task);
		first = BPF_CORE_READ((struct mptcp_sock *)sk, first);
		if (first)
			pending_note(first, task);
	}
	return 0;
}
