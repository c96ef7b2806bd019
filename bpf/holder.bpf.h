/* SPDX-License-Identifier: MIT */
/* A process that has a descriptor of a socket: who it is, and whether the filters want it. */
#ifndef BPF_HOLDER_BPF_H
#define BPF_HOLDER_BPF_H

#include "bpf/identity.bpf.h"

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

/* process_wanted(), for any task, whose identity the attempt has. */
static __always_inline bool holder_wanted(const struct attempt *holder, struct task_struct *task)
{
	return pid_is_wanted(holder->pid) && task_cgroup_wanted(task) && identity_wanted(holder);
}

/* Which thread it was that opened the socket is past: the process is named in its place. */
static __always_inline void holder_identity(struct attempt *holder, struct task_struct *task)
{
	identity_of(holder, task);
	holder->tid = holder->pid;
	__builtin_memcpy(holder->thread_comm, holder->comm, sizeof(holder->thread_comm));
}

#endif
