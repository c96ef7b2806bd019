// SPDX-License-Identifier: MIT
/* Keeps `followed` true: the command's process, and all that descend from it, while they live. */
#include "bpf/maps.bpf.h"
#include <bpf/bpf_tracing.h>

SEC("tp_btf/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 from = parent->tgid, pid = child->tgid;
	__u8 yes = 1;

	if (pid == from || !bpf_map_lookup_elem(&followed, &from))
		return 0;
	if (bpf_map_update_elem(&followed, &pid, &yes, BPF_ANY))
		COUNT(state);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(follow_exit, struct task_struct *task)
{
	__u32 pid = task->tgid;

	/* The number of its threads that are left was lowered just before. */
	if (!task->signal->live.counter)
		bpf_map_delete_elem(&followed, &pid);
	return 0;
}
