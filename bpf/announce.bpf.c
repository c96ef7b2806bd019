// SPDX-License-Identifier: MIT
/*
 * What programs call to announce. Global functions, of which each program gets a copy, and which
 * the verifier goes through once for each program, whatever the program knows when it calls them.
 * They have no casts, which probe/kfunc.c puts into programs only.
 */
#include "bpf/announce.bpf.h"
#include "bpf/cgroup.bpf.h"
#include "bpf/process.bpf.h"
#include "bpf/scratch.bpf.h"
#include "bpf/told.bpf.h"

/*
 * Whether the current process runs the image. An attempt can be that of another: of who opened the
 * first subflow of a connection, also where the same process has executed something since.
 */
static __always_inline bool is_current(__u64 start_ns, __u64 pid_exec)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	return bpf_get_current_pid_tgid() >> 32 == pid_exec >> 32 &&
	       BPF_CORE_READ(leader, start_boottime) == start_ns &&
	       (__u32)BPF_CORE_READ(leader, self_exec_id) == (__u32)pid_exec;
}

/* Whether the image and its cgroups were told of, and were since not asked for again. */
static __always_inline bool all_is_told(__u64 pid_exec, __u64 both)
{
	return is_told(told_line_of_pid(pid_exec >> 32), both);
}

__noinline int announce_count(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id, __u64 cgroup1_id)
{
	__u64 image = told_image(start_ns, pid_exec >> 32, pid_exec);
	__u64 cgroups = told_cgroups(cgroup_id, cgroup1_id);
	__u64 both = told_both(image, cgroups, *(volatile __u32 *)&shared.told_epoch);

	if (!all_is_told(pid_exec, both) && is_current(start_ns, pid_exec))
		COUNT(context);
	return 0;
}

/* Whether the current process has something left to tell; then the scratch is taken for it. */
__noinline int announce_wanted(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id, __u64 cgroup1_id)
{
	__u32 pid = pid_exec >> 32;
	__u64 image = told_image(start_ns, pid, pid_exec);
	__u64 cgroups = told_cgroups(cgroup_id, cgroup1_id);
	__u64 both = told_both(image, cgroups, *(volatile __u32 *)&shared.told_epoch);
	struct scratch *scratch;

	/* Whose is not that of the current process was told at another time. */
	if (all_is_told(pid_exec, both) || !is_current(start_ns, pid_exec))
		return false;
	scratch = scratch_claim();
	if (!scratch) {
		COUNT(context);
		return false;
	}
	scratch->use = SCRATCH_PROGRAM;
	scratch->of = (struct announced){
		.task = bpf_get_current_task(),
		.start_ns = start_ns,
		.cgroup_id = cgroup_id,
		.cgroup1_id = cgroup1_id,
		.pid = pid,
		.exec_id = pid_exec,
		.image = image,
		.cgroups = cgroups,
		.both = both,
	};
	return true;
}

/* Returns whether they are told now. */
static __always_inline bool cgroups_tell(struct scratch *scratch)
{
	__u32 line = told_line_of_cgroups(scratch->of.cgroups);

	if (is_told(line, scratch->of.cgroups))
		return true;
	if (!cgroup_send(scratch))
		return false;
	tell(line, scratch->of.cgroups);
	return true;
}

static __always_inline bool image_tell(struct scratch *scratch)
{
	__u32 line = told_line_of_pid(scratch->of.pid);

	if (is_told(line, scratch->of.image))
		return true;
	if (process_fill(scratch) && !scratch_send(scratch, EVENT_PROCESS))
		return false;
	tell(line, scratch->of.image);
	return true;
}

__noinline int announce_current(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_PROGRAM);

	if (!scratch)
		return 0;
	/*
	 * The image also where the cgroups cannot be told: a process can be moved any time. That
	 * lies in the scratch, as the stack has no more room on older kernels.
	 */
	if (!cgroups_tell(scratch))
		scratch->of.both = 0;
	if (image_tell(scratch) && scratch->of.both)
		tell(told_line_of_pid(scratch->of.pid), scratch->of.both);
	scratch_release(scratch);
	return 0;
}
