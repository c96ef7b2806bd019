/* SPDX-License-Identifier: MIT */
/*
 * Whom attempts refer to, told before the first that does: EVENT_PROCESS and EVENT_CGROUP. They
 * count as told once the ring has taken them, so a full ring puts them off to the next attempt.
 *
 * Not by storage of the task: this is the same on every kernel, and nothing has to be seen to end.
 */
#ifndef BPF_ANNOUNCE_BPF_H
#define BPF_ANNOUNCE_BPF_H

#include "bpf/maps.bpf.h"

/*
 * Defined in announce.bpf.c. Two, one after the other, and not one that calls the other: all that
 * are called at a time share 512 bytes of stack with the program. pid_exec: pid in the upper half,
 * exec_id in the lower.
 */
extern int announce_wanted(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id, __u64 cgroup1_id);
extern int announce_current(void);

/* Counts what is left to tell. */
extern int announce_count(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id, __u64 cgroup1_id);

/* An attempt that begins now. */
static __always_inline void announce(const struct attempt *attempt)
{
	__u64 pid_exec = (__u64)attempt->pid << 32 | attempt->exec_id;

	if (config.context && announce_wanted(attempt->process_start_ns, pid_exec,
					      attempt->cgroup_id, attempt->cgroup1_id))
		announce_current();
}

/* An attempt that begins now, where that was seen by a program that does not announce. */
static __always_inline void announce_put_off(const struct attempt *attempt)
{
	__u64 pid_exec = (__u64)attempt->pid << 32 | attempt->exec_id;

	if (config.context)
		announce_count(attempt->process_start_ns, pid_exec, attempt->cgroup_id,
			       attempt->cgroup1_id);
}

#endif
