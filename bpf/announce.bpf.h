/* SPDX-License-Identifier: MIT */
/*
 * Whom attempts refer to, told before the first that does: EVENT_PROCESS and EVENT_CGROUP. What was
 * told is remembered once the ring has taken it, so a full ring puts it off to the next attempt.
 *
 * By process in a hash that evicts, and not in storage of the task: that is the same on every
 * kernel, and nothing has to be seen to end. What is evicted is told again.
 */
#ifndef BPF_ANNOUNCE_BPF_H
#define BPF_ANNOUNCE_BPF_H

#include "bpf/cgroup.bpf.h"
#include "bpf/process.bpf.h"

/* By thread group id: what was told of it last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct announced);
} images SEC(".maps") SHARED;

static __always_inline bool same_image(const struct announced *a, const struct announced *b)
{
	return a->start_ns == b->start_ns && a->exec_id == b->exec_id;
}

/* The same image in the same cgroups. One branch: the verifier goes both ways of each. */
static __always_inline bool same_all(const struct announced *a, const struct announced *b)
{
	return !((a->start_ns ^ b->start_ns) | (a->exec_id ^ b->exec_id) |
		 (a->cgroup_id ^ b->cgroup_id) | (a->cgroup1_id ^ b->cgroup1_id));
}

/* Of the current process, as the scratch has it. */
__weak __noinline int announce_current(void)
{
	struct scratch *scratch = scratch_mine();
	struct announced *known;
	__u32 pid;

	if (!scratch || !cgroup_send())
		return 0;
	pid = scratch->of.pid;
	known = bpf_map_lookup_elem(&images, &pid);
	if ((known && same_image(known, &scratch->of)) || process_send())
		bpf_map_update_elem(&images, &pid, &scratch->of, BPF_ANY);
	return 0;
}

/* An attempt that begins now. Whose is not that of the current process was told at another time. */
static __always_inline void announce(const struct attempt *attempt)
{
	const struct announced now = {
		.start_ns = attempt->process_start_ns,
		.cgroup_id = attempt->cgroup_id,
		.cgroup1_id = attempt->cgroup1_id,
		.exec_id = attempt->exec_id,
		.pid = attempt->pid,
	};
	struct announced *known;
	struct scratch *scratch;

	if (!config.context)
		return;
	known = bpf_map_lookup_elem(&images, &attempt->pid);
	if (known && same_all(known, &now))
		return;
	if (attempt->pid != bpf_get_current_pid_tgid() >> 32)
		return;
	scratch = scratch_claim();
	if (!scratch) {
		COUNT(context);
		return;
	}
	scratch->of = now;
	announce_current();
	scratch_release(scratch);
}

#endif
