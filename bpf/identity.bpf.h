/* SPDX-License-Identifier: MIT */
/* Who makes the attempt: read in its own context, at its beginning, and never again. */
#ifndef BPF_IDENTITY_BPF_H
#define BPF_IDENTITY_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/filter.bpf.h"

static __always_inline void identity_of_current(struct attempt *attempt)
{
	struct task_struct *task = current_task();
	struct task_struct *leader = KERNEL_READ(task, group_leader);
	struct task_struct *parent = KERNEL_READ(task, real_parent);
	const struct cred *cred = KERNEL_READ(task, cred);
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	attempt->pid = pid_tgid >> 32;
	attempt->tid = (__u32)pid_tgid;
	attempt->ppid = KERNEL_READ(parent, tgid);
	attempt->uid = KERNEL_READ(cred, euid.val);
	attempt->cgroup_id = bpf_get_current_cgroup_id();
	attempt->process_start_ns = KERNEL_READ(leader, start_boottime);
	bpf_get_current_comm(attempt->thread_comm, sizeof(attempt->thread_comm));
	if (attempt->pid == attempt->tid)
		__builtin_memcpy(attempt->comm, attempt->thread_comm, sizeof(attempt->comm));
	else
		BPF_CORE_READ_STR_INTO(&attempt->comm, leader, comm);
}

static __always_inline void identity_copy(struct attempt *to, const struct attempt *from)
{
	to->pid = from->pid;
	to->tid = from->tid;
	to->ppid = from->ppid;
	to->uid = from->uid;
	to->cgroup_id = from->cgroup_id;
	to->process_start_ns = from->process_start_ns;
	__builtin_memcpy(to->comm, from->comm, sizeof(to->comm));
	__builtin_memcpy(to->thread_comm, from->thread_comm, sizeof(to->thread_comm));
}

/* In the flags of an owner: the filters have refused it. */
#define OWNER_UNWANTED (1u << 15)

/*
 * An MPTCP connection opens its further subflows from a kworker: they are the work of whoever
 * opened the first, remembered by the connection's own socket. Returns whether it is wanted.
 */
static __always_inline bool subflow_identity(struct attempt *attempt, const struct tcp_sock *tp)
{
	struct mptcp_subflow_context *subflow = KERNEL_READ(tp, inet_conn.icsk_ulp_data);
	__u64 parent = (__u64)BPF_CORE_READ(subflow, conn);
	struct attempt *owner = bpf_map_lookup_elem(&mptcp_owners, &parent);
	bool wanted;

	if (owner) {
		identity_copy(attempt, owner);
		return !(owner->flags & OWNER_UNWANTED);
	}
	if (KERNEL_READ(current_task(), flags) & PF_KTHREAD)
		return !filters_hide(); /* opened before tracing began: nobody knows whose it is */
	identity_of_current(attempt);
	wanted = process_wanted(attempt);
	if (!wanted)
		attempt->flags |= OWNER_UNWANTED;
	if (bpf_map_update_elem(&mptcp_owners, &parent, attempt, BPF_ANY))
		COUNT(state);
	return wanted;
}

/* Fills in who makes the attempt; returns whether the filters want that. */
static __always_inline bool attempt_identity(struct attempt *attempt, const struct tcp_sock *tp)
{
	if (attempt->origin == ORIGIN_MPTCP)
		return subflow_identity(attempt, tp);
	identity_of_current(attempt);
	return process_wanted(attempt);
}

#endif
