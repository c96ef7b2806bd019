/* SPDX-License-Identifier: MIT */
/*
 * Attempts that could not be tracked: their beginning is shown, and what the connect(2) that they
 * began in says of their result. Each is counted once, as `state`.
 */
#ifndef BPF_UNTRACKED_BPF_H
#define BPF_UNTRACKED_BPF_H

#include "bpf/call.bpf.h"
#include "bpf/maps.bpf.h"

/*
 * While their call lasts, of which a thread can be in one only. Not where there is no task storage:
 * before Linux 5.12, see call.bpf.h.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct attempt);
} untracked_calls SEC(".maps") SHARED;

static __always_inline struct attempt *untracked_slot(bool create)
{
	if (!config.task_storage)
		return NULL;
	return bpf_task_storage_get(&untracked_calls, (void *)bpf_get_current_task_btf(), NULL,
				    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

/* call: the one that it begins in, or NULL. */
static __always_inline void untracked_begin(const struct attempt *attempt, struct call *call)
{
	struct attempt *slot = call ? untracked_slot(true) : NULL;

	COUNT(state);
	__sync_fetch_and_add(&shared.untracked, 1);
	*(volatile __u64 *)&shared.untracked_ever = true;
	if (!slot)
		return;
	*slot = *attempt;
	call->untracked = true;
}

/*
 * An attempt without an entry ends. Returns whether one of the attempts that were counted as
 * `state` when they began is still to end; then this is taken for it. Which one it is does not
 * matter: the sum of what is counted there and what the caller counts is right in the end.
 */
static __always_inline bool untracked_end(void)
{
	if (*(volatile __s64 *)&shared.untracked <= 0)
		return false;
	__sync_fetch_and_add(&shared.untracked, -1);
	return true;
}

#endif
