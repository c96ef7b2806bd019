/* SPDX-License-Identifier: MIT */
/*
 * Whom attempts refer to, told before the first that does: EVENT_PROCESS and EVENT_CGROUP. They
 * count as told once the ring has taken them, so a full ring puts them off to the next attempt.
 *
 * Not by storage of the task: this is the same on every kernel, and nothing has to be seen to end.
 */
#ifndef BPF_ANNOUNCE_BPF_H
#define BPF_ANNOUNCE_BPF_H

#include "bpf/cgroup.bpf.h"
#include "bpf/process.bpf.h"
#include "bpf/told.bpf.h"

static __always_inline __u64 image_print(__u64 start_ns, __u64 pid_exec)
{
	return mixed(start_ns ^ mixed(pid_exec));
}

static __always_inline __u64 cgroups_print(__u64 id, __u64 id1)
{
	return mixed(id ^ mixed(~id1));
}

/* Of the current process, as the scratch has it. Returns whether all is told now. */
static __always_inline bool announce_rest(__u64 image, __u64 cgroups)
{
	if (!is_told(cgroups)) {
		if (!cgroup_send())
			return false;
		tell(cgroups);
	}
	if (!is_told(image)) {
		if (!process_send())
			return false;
		tell(image);
	}
	return true;
}

/*
 * A global function with nothing but numbers as arguments: the verifier goes through it once for
 * each program. pid_exec: pid in the upper half, exec_id in the lower.
 */
__weak __noinline int announce_image(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id,
				     __u64 cgroup1_id)
{
	__u64 image = image_print(start_ns, pid_exec);
	__u64 cgroups = cgroups_print(cgroup_id, cgroup1_id);
	struct scratch *scratch;

	/* Whose is not that of the current process was told at another time. */
	if (is_told(image ^ cgroups) || pid_exec >> 32 != bpf_get_current_pid_tgid() >> 32)
		return 0;
	scratch = scratch_claim();
	if (!scratch) {
		COUNT(context);
		return 0;
	}
	scratch->of = (struct announced){
		.start_ns = start_ns,
		.cgroup_id = cgroup_id,
		.cgroup1_id = cgroup1_id,
		.exec_id = pid_exec,
		.pid = pid_exec >> 32,
	};
	if (announce_rest(image, cgroups))
		tell(image ^ cgroups);
	scratch_release(scratch);
	return 0;
}

/* An attempt that begins now. */
static __always_inline void announce(const struct attempt *attempt)
{
	if (config.context)
		announce_image(attempt->process_start_ns,
			       (__u64)attempt->pid << 32 | attempt->exec_id, attempt->cgroup_id,
			       attempt->cgroup1_id);
}

#endif
