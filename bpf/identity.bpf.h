/* SPDX-License-Identifier: MIT */
/* Who makes the attempt: read in its own context, at its beginning, and never again. */
#ifndef BPF_IDENTITY_BPF_H
#define BPF_IDENTITY_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/filter.bpf.h"

/* Bit 7 of the first byte of a word that is zero, in memory order (little-endian); 0: none is. */
static __always_inline __u64 nul_in(__u64 word)
{
	__u64 nuls = (word - 0x0101010101010101) & ~word & 0x8080808080808080;

	return nuls & -nuls;
}

static __always_inline __u64 until_nul(__u64 word)
{
	__u64 nul = nul_in(word);

	return nul ? word & (nul - 1) : word;
}

/* Nothing stands behind the NUL of a name, where older kernels leave what was there before. */
static __always_inline void comm_end(char comm[COMM_LEN])
{
	__u64 *words = (__u64 *)comm;

	words[1] = nul_in(words[0]) ? 0 : until_nul(words[1]);
	words[0] = until_nul(words[0]);
}

/*
 * A task's name. Not by bpf_get_current_comm(), which takes as long as all the rest of an identity.
 */
static __always_inline void task_comm(char comm[COMM_LEN], const struct task_struct *task)
{
	__u64 *words = (__u64 *)comm;

	if (TYPED) {
		words[0] = *(const __u64 *)&task->comm[0];
		words[1] = *(const __u64 *)&task->comm[8];
	} else {
		bpf_core_read(comm, COMM_LEN, &task->comm);
	}
	comm_end(comm);
}

static __always_inline __u64 task_cgroup_id(const struct task_struct *task)
{
	const struct css_set *cgroups = READ_PTR(task, cgroups);
	const struct cgroup *cgroup = READ_TRUSTED(cgroups, dfl_cgrp);
	const struct kernfs_node *kn = READ_TRUSTED(cgroup, kn);

	return READ_TRUSTED(kn, id);
}

/* The controller's number, which differs from kernel to kernel. */
static __always_inline __u32 cgroup1_controller(void)
{
	if (config.cgroup1 == CGROUP1_PIDS)
		return bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	if (config.cgroup1 == CGROUP1_MEMORY)
		return bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	return bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
}

/* Where a css_set has the controller that was chosen. */
static __always_inline const void *cgroup1_place(const struct css_set *cgroups)
{
	return (const void *)cgroups + bpf_core_field_offset(struct css_set, subsys) +
	       cgroup1_controller() * sizeof(struct cgroup_subsys_state *);
}

static __always_inline __u64 task_cgroup1_id(const struct task_struct *task)
{
	const struct css_set *cgroups = READ_PTR(task, cgroups);
	const struct cgroup_subsys_state *css = pointer_at(cgroup1_place(cgroups));
	const struct cgroup *cgroup = READ_ADDR(css, cgroup);
	const struct kernfs_node *kn = READ_ADDR(cgroup, kn);

	return READ_ADDR(kn, id);
}

/* What only the records of context are found by. */
static __always_inline void identity_keys(struct attempt *attempt, const struct task_struct *task,
					  const struct task_struct *leader)
{
	if (!config.context)
		return;
	attempt->exec_id = READ_TRUSTED(leader, self_exec_id);
	if (config.cgroup1)
		attempt->cgroup1_id = task_cgroup1_id(task);
}

/* While the process lives: what it has begun stays marked. */
static __always_inline void identity_mark(struct attempt *attempt)
{
	__u32 pid = attempt->pid;

	if (config.follow == FILTER_MARKED && bpf_map_lookup_elem(&followed, &pid))
		attempt->flags |= ATTEMPT_FOLLOWED;
}

static __always_inline void identity_of(struct attempt *attempt, struct task_struct *task)
{
	struct task_struct *leader = READ_PTR(task, group_leader);
	struct task_struct *parent = READ_PTR(task, real_parent);
	const struct cred *cred = READ_PTR(task, cred);

	attempt->pid = READ_TRUSTED(task, tgid);
	attempt->tid = READ_TRUSTED(task, pid);
	attempt->ppid = READ_TRUSTED(parent, tgid);
	attempt->uid = READ_TRUSTED(cred, euid.val);
	attempt->cgroup_id = task_cgroup_id(task);
	attempt->process_start_ns = READ_TRUSTED(leader, start_boottime);
	identity_keys(attempt, task, leader);
	identity_mark(attempt);
	task_comm(attempt->thread_comm, task);
	if (attempt->pid == attempt->tid)
		__builtin_memcpy(attempt->comm, attempt->thread_comm, sizeof(attempt->comm));
	else
		task_comm(attempt->comm, leader);
}

static __always_inline void identity_copy(struct attempt *to, const struct attempt *from)
{
	to->pid = from->pid;
	to->tid = from->tid;
	to->ppid = from->ppid;
	to->uid = from->uid;
	to->cgroup_id = from->cgroup_id;
	to->cgroup1_id = from->cgroup1_id;
	to->exec_id = from->exec_id;
	to->process_start_ns = from->process_start_ns;
	to->flags |= from->flags & ATTEMPT_FOLLOWED;
	__builtin_memcpy(to->comm, from->comm, sizeof(to->comm));
	__builtin_memcpy(to->thread_comm, from->thread_comm, sizeof(to->thread_comm));
}

/* In the flags of an owner: the filters have refused it. */
#define OWNER_UNWANTED (1u << 15)

/*
 * An MPTCP connection opens its further subflows wherever it comes to it, in a kworker or under a
 * program that configures it: they are the work of whoever opened the first, remembered by the
 * connection's own socket. If that is not known, nobody is named. Returns whether it is wanted.
 */
static __always_inline bool subflow_identity(struct attempt *attempt, const struct tcp_sock *tp)
{
	struct mptcp_subflow_context *subflow = READ_PTR(tp, inet_conn.icsk_ulp_data);
	struct sock *parent = BPF_CORE_READ(subflow, conn);
	__u64 key = (__u64)parent;
	struct attempt *owner;
	bool wanted;

	if (BPF_CORE_READ((struct mptcp_sock *)parent, first) != (struct sock *)tp) {
		owner = bpf_map_lookup_elem(&mptcp_owners, &key);
		if (!owner)
			return !process_filtered();
		identity_copy(attempt, owner);
		return !(owner->flags & OWNER_UNWANTED);
	}
	identity_of(attempt, current_task());
	wanted = process_wanted(attempt);
	if (!wanted)
		attempt->flags |= OWNER_UNWANTED;
	if (bpf_map_update_elem(&mptcp_owners, &key, attempt, BPF_ANY))
		COUNT(state);
	return wanted;
}

/* Fills in who makes the attempt; returns whether the filters want that. */
static __always_inline bool attempt_identity(struct attempt *attempt, const struct tcp_sock *tp)
{
	if (is_subflow(tp))
		return subflow_identity(attempt, tp);
	identity_of(attempt, current_task());
	return process_wanted(attempt);
}

#endif
