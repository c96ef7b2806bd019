/* SPDX-License-Identifier: MIT */
/*
 * Room in the map of attempts is shared by users, so that nobody can leave others none: a user may
 * hold four times as much of it as there is left (dynamic thresholds: Choudhury and Hahne, 1998).
 * One alone gets four fifths, the next four fifths of the rest, and there is always some left:
 * 8,000 for the third, 300 for the fifth.
 *
 * Users are counted in a table, by a hash of who they are: nothing to create, to free or to run out
 * of. Two users of the same hash, one pair in 4096, are counted as one.
 */
#ifndef BPF_SHARE_BPF_H
#define BPF_SHARE_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"

#define SHARE_FACTOR 4

/* The kernel allows 32 user namespaces in each other: kernel/user_namespace.c. */
#define USER_NAMESPACES_MAX 33

/*
 * Whose share an attempt is counted in. In a user namespace a process can take any user id that it
 * has there, so it is whoever made the outermost one; if that was root, as for a container, the
 * namespace itself.
 */
static __always_inline __u32 share_owner(const struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	__u32 owner;

	if (!BPF_CORE_READ(ns, level))
		return BPF_CORE_READ(cred, euid.val);
#pragma clang loop unroll(disable)
	for (int i = 0; i < USER_NAMESPACES_MAX && BPF_CORE_READ(ns, level) > 1; i++)
		ns = BPF_CORE_READ(ns, parent);
	owner = BPF_CORE_READ(ns, owner.val);
	return owner ? owner : BPF_CORE_READ(ns, ns.inum);
}

/*
 * Of the task at that address. A global function, which the verifier goes through once for each
 * program. As a part of the program, it was gone through for each state that the program could be
 * in, with all rounds of its loop: a seventh of the verifier's work. It has no casts, which
 * probe/kfunc.c puts into programs only.
 */
__weak __noinline __u32 share_owner_at(__u64 task)
{
	return share_owner((const struct task_struct *)task);
}

/* The index in shared.shares; hashed as in slot_of(). */
static __always_inline __u16 share_index(__u32 owner)
{
	return owner * 0x9e3779b1u >> (32 - SHARE_BITS);
}

/* Of an attempt that begins now. A subflow may begin in the context of somebody else. */
static __always_inline __u16 share_of(const struct attempt *attempt)
{
	if (attempt->pid != bpf_get_current_pid_tgid() >> 32)
		return share_index(attempt->uid);
	return share_index(share_owner_at(bpf_get_current_task()));
}

static __always_inline struct share *share_at(__u16 index)
{
	return &shared.shares[index & (SHARES - 1)];
}

/* Whether one more may be held, of `max` in all. Two CPUs can go beyond it by one. */
static __always_inline bool share_has_room(const struct share *share, __u64 max)
{
	const volatile struct shared *now = &shared;
	__u64 held = *(const volatile __u64 *)&share->held;

	return now->n_overflow < max && held < SHARE_FACTOR * (max - now->n_overflow);
}

static __always_inline void share_refused(struct share *share, const struct attempt *attempt)
{
	share->held_refused = share->held;
	share->uid = attempt->uid;
	share->pid = attempt->pid;
	__builtin_memcpy(share->comm, attempt->comm, sizeof(share->comm));
}

#endif
