// SPDX-License-Identifier: MIT
/*
 * Keeps `followed` true: the command's process, or those of -p, and all that descend from them,
 * while they live. Who starts another hands on what is wanted of it.
 */
#include "bpf/compat.bpf.h"
#include "bpf/gate.bpf.h"
#include <bpf/bpf_tracing.h>

SEC("raw_tp/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 from = READ_TRUSTED(parent, tgid), pid = READ_TRUSTED(child, tgid);
	const __u8 *inherited;
	__u8 verdict;

	if (pid == from || !is_our_turn())
		return 0;
	inherited = bpf_map_lookup_elem(&followed, &from);
	if (!inherited)
		return 0;
	verdict = *inherited;
	if (bpf_map_update_elem(&followed, &pid, &verdict, BPF_ANY))
		COUNT(state);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(follow_exit, struct task_struct *task)
{
	__u32 pid = READ_TRUSTED(task, tgid);
	struct signal_struct *signal = READ_PTR(task, signal);

	/* The number of its threads that are left was lowered just before. */
	if (!READ_TRUSTED(signal, live.counter))
		bpf_map_delete_elem(&followed, &pid);
	return 0;
}
