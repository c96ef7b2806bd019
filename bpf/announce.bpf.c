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

/* Whether the current process has something left to tell; then the scratch is taken for it. */
__noinline int announce_wanted(__u64 start_ns, __u64 pid_exec, __u64 cgroup_id, __u64 cgroup1_id)
{
	__u64 image = mixed(start_ns ^ mixed(pid_exec));
	__u64 cgroups = mixed(cgroup_id ^ mixed(~cgroup1_id));
	struct scratch *scratch;

	/* Whose is not that of the current process was told at another time. */
	if (is_told(image ^ cgroups) || pid_exec >> 32 != bpf_get_current_pid_tgid() >> 32)
		return false;
	scratch = scratch_claim();
	if (!scratch) {
		COUNT(context);
		return false;
	}
	scratch->of = (struct announced){
		.start_ns = start_ns,
		.cgroup_id = cgroup_id,
		.cgroup1_id = cgroup1_id,
		.pid_exec = pid_exec,
		.image = image,
		.cgroups = cgroups,
	};
	return true;
}

/* Returns whether they are told now. */
static __always_inline bool cgroups_tell(struct scratch *scratch)
{
	if (is_told(scratch->of.cgroups))
		return true;
	if (!cgroup_send(scratch))
		return false;
	tell(scratch->of.cgroups);
	return true;
}

static __always_inline bool image_tell(struct scratch *scratch)
{
	if (is_told(scratch->of.image))
		return true;
	if (!process_send(scratch))
		return false;
	tell(scratch->of.image);
	return true;
}

__noinline int announce_current(void)
{
	struct scratch *scratch = scratch_mine();

	if (!scratch)
		return 0;
	if (cgroups_tell(scratch) && image_tell(scratch))
		tell(scratch->of.image ^ scratch->of.cgroups);
	scratch_release(scratch);
	return 0;
}
