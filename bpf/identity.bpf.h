/* SPDX-License-Identifier: MIT */
/* Who makes the attempt: read in its own context, at its beginning, and never again. */
#ifndef BPF_IDENTITY_BPF_H
#define BPF_IDENTITY_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"

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

/*
 * An MPTCP connection opens its further subflows from a kworker: they are the work of whoever
 * opened the first, remembered by the connection's own socket.
 */
static __always_inline void identity_of_subflow(struct attempt *attempt, const struct tcp_sock *tp)
{
	struct mptcp_subflow_context *subflow = tp->inet_conn.icsk_ulp_data;
	__u64 parent = (__u64)BPF_CORE_READ(subflow, conn);
	struct attempt *owner;

	owner = bpf_map_lookup_elem(&mptcp_owners, &parent);
	if (owner) {
		identity_copy(attempt, owner);
		return;
	}
	if (KERNEL_READ(current_task(), flags) & PF_KTHREAD)
		return; /* opened before tracing began: nobody knows whose it is */
	identity_of_current(attempt);
	if (bpf_map_update_elem(&mptcp_owners, &parent, attempt, BPF_ANY))
		COUNT(state);
}

#endif
