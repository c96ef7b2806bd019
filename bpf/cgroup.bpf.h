/* SPDX-License-Identifier: MIT */
/* The path of a cgroup, from the kernel's own tree: user space could not ask once it is removed. */
#ifndef BPF_CGROUP_BPF_H
#define BPF_CGROUP_BPF_H

#include "bpf/identity.bpf.h"
#include "bpf/scratch.bpf.h"
#include "contract/cgroup.h"

/* Where the path of version 2 must end, so that the other one gets as much. */
#define CGROUP_END (RECORD_SIZE_MAX / 2)

static __always_inline struct kernfs_node *kernfs_parent(const struct kernfs_node *kn)
{
	if (bpf_core_field_exists(kn->__parent))
		return BPF_CORE_READ(kn, __parent);
	return BPF_CORE_READ((const struct kernfs_node___before_6_15 *)kn, parent);
}

/* A step up in the scratch of that use; returns whether there is more. */
__weak __noinline int cgroup_step(__u32 use)
{
	struct scratch *scratch = scratch_of(use);
	struct kernfs_node *kn, *parent;
	struct walk *walk;

	if (!scratch)
		return 0;
	walk = &scratch->walk;
	kn = (struct kernfs_node *)walk->at;
	parent = kernfs_parent(kn);
	walk->complete = !parent; /* the root, which has no name */
	if (!parent || walk->depth >= CGROUP_DEPTH_MAX ||
	    !text_add(scratch, BPF_CORE_READ(kn, name)))
		return 0;
	walk->depth++;
	walk->at = (__u64)parent;
	return 1;
}

/* Adds the path's components. Returns whether these are all. */
static __always_inline bool cgroup_add(struct scratch *scratch, const struct kernfs_node *kn,
				       __u32 end)
{
	text_begin(scratch, end);
	walk_begin(scratch, kn);
#pragma clang loop unroll(disable)
	for (int i = 0; i <= CGROUP_DEPTH_MAX && cgroup_step(scratch->use); i++)
		;
	return scratch->walk.complete;
}

/* identity.bpf.h has the same for programs: a global function has no casts. */
static __always_inline const struct kernfs_node *cgroup1_node(const struct css_set *cgroups)
{
	const struct cgroup_subsys_state *css = NULL;

	bpf_probe_read_kernel(&css, sizeof(css), cgroup1_place(cgroups));
	return BPF_CORE_READ(css, cgroup, kn);
}

/*
 * kn1: of version 1; NULL: there is none. Returns whether they are those that scratch->of names: a
 * process can be moved any time.
 */
static __always_inline bool cgroup_fill(struct scratch *scratch, const struct kernfs_node *kn,
					const struct kernfs_node *kn1)
{
	struct cgroup_record *record = (struct cgroup_record *)scratch->record;

	scratch->size = sizeof(*record);
	record->id = BPF_CORE_READ(kn, id);
	record->id1 = 0;
	record->flags = 0;
	record->size1 = 0;
	if (!cgroup_add(scratch, kn, CGROUP_END))
		record->flags |= CGROUP_CUT;
	record->size = scratch->size - sizeof(*record);
	if (kn1) {
		record->id1 = BPF_CORE_READ(kn1, id);
		if (!cgroup_add(scratch, kn1, RECORD_SIZE_MAX - 1))
			record->flags |= CGROUP_CUT1;
		record->size1 = scratch->size - sizeof(*record) - record->size;
	}
	return record->id == scratch->of.cgroup_id && record->id1 == scratch->of.cgroup1_id;
}

/* Those of the task. */
static __always_inline bool cgroups_fill(struct scratch *scratch)
{
	const struct task_struct *task = (const struct task_struct *)scratch->of.task;
	const struct css_set *cgroups = BPF_CORE_READ(task, cgroups);

	return cgroup_fill(scratch, BPF_CORE_READ(cgroups, dfl_cgrp, kn),
			   config.cgroup1 ? cgroup1_node(cgroups) : NULL);
}

/* Returns whether the ring has taken them. */
static __always_inline bool cgroup_send(struct scratch *scratch)
{
	if (cgroups_fill(scratch))
		return scratch_send(scratch, EVENT_CGROUP);
	COUNT(context);
	return false;
}

#endif
