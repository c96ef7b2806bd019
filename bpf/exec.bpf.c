// SPDX-License-Identifier: MIT
/*
 * Keeps what a process was executed with, for when it makes an attempt: the arguments are in its
 * memory, and were just written there, so they can be read without a fault. An exec is in process
 * context, where no interrupt's program takes the scratch. If another thread's has it, or the
 * kernel skips this program, the arguments will be those of the process's memory, which is said.
 */
#include "bpf/args.bpf.h"
#include "bpf/gate.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * The kernel changes the interpreter's name from that of the file to another string where a `#!`
 * line, or binfmt_misc, names one. The file's own stays as it was given to exec(2).
 */
static __always_inline __u16 script_read(char to[SCRIPT_MAX + 1], const struct linux_binprm *bprm)
{
	const char *name = READ_PTR(bprm, filename);
	long size;

	if (name == READ_PTR(bprm, interp))
		return 0;
	size = bpf_probe_read_kernel_str(to, SCRIPT_MAX + 1, name);
	return size > 1 && size <= SCRIPT_MAX ? size : 0;
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(exec_args, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 pid = READ_TRUSTED(task, tgid);
	const struct mm_struct *mm = READ_PTR(task, mm);
	struct scratch *scratch = is_our_turn() ? scratch_claim() : NULL;
	struct executed *new;
	long size;

	if (!scratch)
		return 0;
	new = (struct executed *)scratch->record;
	size = args_read(new->args, READ_TRUSTED(mm, arg_start), READ_TRUSTED(mm, arg_end),
			 &new->all);
	if (size >= 0) {
		new->size = size;
		new->script_size = script_read(new->script, bprm);
		/* Its process has no other thread by now, and the exec's number is raised. */
		new->start_ns = READ_TRUSTED(task, start_boottime);
		new->exec_id = READ_TRUSTED(task, self_exec_id);
		new->reserved = 0;
		bpf_map_update_elem(&executed, &pid, new, BPF_ANY);
	}
	scratch_release(scratch);
	return 0;
}
