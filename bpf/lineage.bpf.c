// SPDX-License-Identifier: MIT
/*
 * Keeps the ancestors of each process as it is born: once its parent has ended, the kernel no
 * longer knows whose child it was. A fork is in process context, which no other fork interrupts:
 * the kernel does not skip this program, but where raw tracepoints can be preempted. Then those
 * that live are known.
 */
#include "bpf/gate.bpf.h"
#include "bpf/identity.bpf.h"
#include "bpf/lineage.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline void ancestor_fill(struct process_ancestor *to,
					  const struct task_struct *leader)
{
	to->start_ns = READ_TRUSTED(leader, start_boottime);
	to->pid = READ_TRUSTED(leader, tgid);
	task_comm(to->comm, leader);
}

static __always_inline const struct task_struct *parent_of(const struct task_struct *task)
{
	const struct task_struct *parent = READ_PTR(task, real_parent);

	return READ_PTR(parent, group_leader);
}

/* The idle task, which is above all, is no process. */
static __always_inline void ancestors_living(struct lineage *of, const struct task_struct *task)
{
	of->n = 0;
	for (__u32 i = 0; i < ANCESTORS_MAX; i++) {
		task = parent_of(task);
		if (!READ_TRUSTED(task, tgid))
			break;
		ancestor_fill(&of->ancestors[i], task);
		of->n++;
	}
}

/*
 * The entry of a process that forks. Of one that was there before, ancestors are those that live at
 * its first fork. NULL if there is no entry; room: for an entry, overwritten.
 */
static __always_inline const volatile struct lineage *
lineage_of_parent(const struct task_struct *leader, struct lineage *room)
{
	__u32 pid = READ_TRUSTED(leader, tgid);
	const struct lineage *known = bpf_map_lookup_elem(&lineages, &pid);

	room->start_ns = READ_TRUSTED(leader, start_boottime);
	if (known && known->start_ns == room->start_ns)
		return known;
	ancestors_living(room, leader);
	bpf_map_update_elem(&lineages, &pid, room, BPF_ANY);
	return bpf_map_lookup_elem(&lineages, &pid);
}

/* Of a child: its parent, and behind that the parent's own. Returns whether they are known. */
static __always_inline bool inherit(struct lineage *born, const struct task_struct *leader)
{
	const volatile struct lineage *known = lineage_of_parent(leader, born);
	struct process_ancestor *parent = &born->ancestors[0];

	if (!known)
		return false;
	ancestor_fill(parent, leader);
	__builtin_memcpy(parent + 1, (const void *)known->ancestors,
			 (ANCESTORS_MAX - 1) * sizeof(*parent));
	born->n = known->n < ANCESTORS_MAX ? known->n + 1 : ANCESTORS_MAX;
	/* Of what is evicted and used anew, the beginning is overwritten first. */
	return known->start_ns == parent->start_ns;
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(lineage_fork, struct task_struct *forker, struct task_struct *child)
{
	__u32 from = READ_TRUSTED(forker, tgid), pid = READ_TRUSTED(child, tgid);
	struct lineage born = {};

	/* A thread is no process. With CLONE_PARENT, the parent is not who forks. */
	if (pid == from || !is_our_turn() || !inherit(&born, parent_of(child)))
		return 0;
	born.start_ns = READ_TRUSTED(child, start_boottime);
	bpf_map_update_elem(&lineages, &pid, &born, BPF_ANY);
	return 0;
}
