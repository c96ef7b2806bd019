/* SPDX-License-Identifier: MIT */
/* Who a process is: its executable, its directory, whence it comes. */
#ifndef BPF_PROCESS_BPF_H
#define BPF_PROCESS_BPF_H

#include "bpf/args.bpf.h"
#include "bpf/lineage.bpf.h"
#include "bpf/path.bpf.h"
#include "contract/process.h"

/*
 * How far each text may go into the record, in the order in which they are written. What one leaves
 * is for the next.
 */
#define EXE_END	     1792
#define CWD_END	     2751
#define HOSTNAME_END (CWD_END + 65)
#define SCRIPT_END   (HOSTNAME_END + SCRIPT_MAX)

_Static_assert(SCRIPT_END + ARGS_MAX <= RECORD_SIZE_MAX, "no room is left for the arguments");

/* linux/proc_ns.h: the number of the initial UTS namespace. */
#define PROC_UTS_INIT_INO 0xEFFFFFFEu

#define PID_OF_INIT 1

static __always_inline struct process_record *process_of(struct scratch *scratch)
{
	return (struct process_record *)scratch->record;
}

/* The text that has begun at that size of the record has ended. */
static __always_inline void text_end(struct scratch *scratch, enum process_text text, __u32 begun)
{
	process_of(scratch)->sizes[text] = scratch->size - begun;
}

/*
 * A memfd has no path: its file is in no directory. Its name, as the kernel has it, begins with a
 * mark that memfd_create(2) puts there.
 */
static __always_inline bool memfd_add(struct scratch *scratch, const struct file *file)
{
	const __u64 mark = 0x3a64666d656d /* "memfd:" */, mark_size = 6;
	const struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	const unsigned char *name;
	__u64 begins = 0;

	if (BPF_CORE_READ(dentry, d_parent) != dentry ||
	    !(BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_INTERNAL))
		return false;
	name = BPF_CORE_READ(dentry, d_name.name);
	bpf_probe_read_kernel(&begins, mark_size, name);
	if (begins != mark)
		return false;
	text_begin(scratch, EXE_END);
	text_add(scratch, name + mark_size);
	return true;
}

/* Adds the executable: the file that the task's memory was made from. */
static __always_inline void process_exe(struct scratch *scratch, const struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct process_record *record = process_of(scratch);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u32 begun = scratch->size;

	record->exe_inode = BPF_CORE_READ(inode, i_ino);
	record->exe_device = BPF_CORE_READ(inode, i_sb, s_dev);
	if (!file)
		return;
	record->flags |= PROCESS_HAS_EXE;
	if (memfd_add(scratch, file)) {
		record->flags |= PROCESS_EXE_MEMFD;
	} else {
		if (!path_add(scratch, &file->f_path, EXE_END))
			record->flags |= PROCESS_EXE_CUT;
		if (dentry_is_deleted(BPF_CORE_READ(file, f_path.dentry)))
			record->flags |= PROCESS_EXE_DELETED;
	}
	text_end(scratch, TEXT_EXE, begun);
}

static __always_inline void process_cwd(struct scratch *scratch, const struct task_struct *task)
{
	struct process_record *record = process_of(scratch);
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	__u32 begun = scratch->size;

	if (!fs)
		return;
	record->flags |= PROCESS_HAS_CWD;
	if (!path_add(scratch, &fs->pwd, CWD_END))
		record->flags |= PROCESS_CWD_CUT;
	if (dentry_is_deleted(BPF_CORE_READ(fs, pwd.dentry)))
		record->flags |= PROCESS_CWD_DELETED;
	text_end(scratch, TEXT_CWD, begun);
}

static __always_inline void process_hostname(struct scratch *scratch,
					     const struct task_struct *task)
{
	struct uts_namespace *uts = BPF_CORE_READ(task, nsproxy, uts_ns);
	__u32 begun = scratch->size;

	if (!uts || BPF_CORE_READ(uts, ns.inum) == PROC_UTS_INIT_INO)
		return;
	text_begin(scratch, HOSTNAME_END);
	text_add(scratch, &uts->name.nodename);
	text_end(scratch, TEXT_HOSTNAME, begun);
}

static __always_inline bool is_executed(const volatile struct executed *executed,
					const struct scratch *scratch)
{
	return executed->start_ns == scratch->of.start_ns &&
	       executed->exec_id == scratch->of.exec_id;
}

/*
 * Adds the script, and puts the arguments behind what there is, as both were at the exec. Returns
 * how many bytes the arguments have, or a negative number if they are not known.
 */
static __always_inline long executed_read(struct scratch *scratch)
{
	struct process_record *record = process_of(scratch);
	__u32 pid = record->pid, begun = scratch->size, size;
	const struct executed *of_pid = bpf_map_lookup_elem(&executed, &pid);

	if (!of_pid || !is_executed(of_pid, scratch))
		return -1;
	if (of_pid->script_size) {
		text_begin(scratch, SCRIPT_END);
		text_add(scratch, of_pid->script);
		text_end(scratch, TEXT_SCRIPT, begun);
	}
	size = of_pid->size & (ARGS_MAX - 1);
	bpf_probe_read_kernel(scratch_place(scratch), size, of_pid->args);
	record->args_size = of_pid->all;
	/* Of what is evicted and used anew, the beginning is overwritten first. */
	if (is_executed(of_pid, scratch)) {
		record->flags |= PROCESS_ARGS_EXEC;
		return size;
	}
	record->sizes[TEXT_SCRIPT] = 0;
	scratch->size = begun;
	return -1;
}

/* Of another process than the current one, the memory cannot be read. */
static __always_inline long memory_read(struct scratch *scratch, const struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if ((__u64)task != bpf_get_current_task())
		return -1;
	return args_read(scratch_place(scratch), BPF_CORE_READ(mm, arg_start),
			 BPF_CORE_READ(mm, arg_end), &process_of(scratch)->args_size);
}

/* Adds the arguments: those of the exec, or those that the process has in its memory now. */
static __always_inline void process_args(struct scratch *scratch, const struct task_struct *task)
{
	struct process_record *record = process_of(scratch);
	long size;

	if (!config.args)
		return;
	size = executed_read(scratch);
	if (size < 0)
		size = memory_read(scratch, task);
	if (size < 0)
		return;
	record->sizes[TEXT_ARGS] = size;
	record->flags |= PROCESS_HAS_ARGS;
	if (size < record->args_size)
		record->flags |= PROCESS_ARGS_CUT;
	scratch->size += size;
}

static __always_inline void process_ids(struct process_record *record,
					const struct task_struct *task)
{
	record->ruid = BPF_CORE_READ(task, cred, uid.val);
	record->login_uid = record->session_id = PROCESS_ID_UNSET;
	/* Only kernels that audit have them. */
	if (bpf_core_field_exists(task->loginuid))
		record->login_uid = BPF_CORE_READ(task, loginuid.val);
	if (bpf_core_field_exists(task->sessionid))
		record->session_id = BPF_CORE_READ(task, sessionid);
}

/*
 * Adds the parent of who was added last in the scratch of that use, as far as it lives: of a
 * process whose parent has ended, the kernel knows who took it over. Returns whether there is more.
 */
__weak __noinline int process_ancestor(__u32 use)
{
	struct scratch *scratch = scratch_of(use);
	struct process_ancestor *ancestor;
	struct task_struct *task;

	if (!scratch)
		return 0;
	task = (struct task_struct *)scratch->walk.at;
	task = BPF_CORE_READ(task, real_parent, group_leader);
	ancestor = scratch_place(scratch);
	ancestor->pid = BPF_CORE_READ(task, tgid);
	if (!ancestor->pid)
		return 0;
	ancestor->start_ns = BPF_CORE_READ(task, start_boottime);
	bpf_core_read(ancestor->comm, COMM_LEN, &task->comm);
	comm_end(ancestor->comm);
	ancestor->reserved = 0;
	scratch->walk.at = (__u64)task;
	scratch->walk.depth++;
	scratch->size += sizeof(*ancestor);
	return 1;
}

/* Those of its birth. Returns whether they are known. */
static __always_inline bool lineage_add(struct process_record *record)
{
	const volatile struct lineage *born;
	__u32 pid = record->pid;

	born = bpf_map_lookup_elem(&lineages, &pid);
	if (!born || born->start_ns != record->start_ns)
		return false;
	record->n_ancestors = born->n;
	__builtin_memcpy(record->ancestors, (const void *)born->ancestors,
			 sizeof(record->ancestors));
	/* See executed_read(). */
	return born->start_ns == record->start_ns;
}

static __always_inline void process_ancestors(struct scratch *scratch,
					      const struct task_struct *task)
{
	struct process_record *record = process_of(scratch);

	scratch->size = sizeof(*record);
	if (config.lineage && lineage_add(record))
		return;
	__builtin_memset(record->ancestors, 0, sizeof(record->ancestors));
	walk_begin(scratch, task);
	scratch->size = __builtin_offsetof(struct process_record, ancestors);
#pragma clang loop unroll(disable)
	for (int i = 0; i < ANCESTORS_MAX && process_ancestor(scratch->use); i++)
		;
	record->n_ancestors = scratch->walk.depth;
	scratch->size = sizeof(*record);
}

static __always_inline void process_begin(struct scratch *scratch)
{
	struct process_record *record = process_of(scratch);

	record->start_ns = scratch->of.start_ns;
	record->pid = scratch->of.pid;
	record->exec_id = scratch->of.exec_id;
	record->flags = 0;
	record->args_size = 0;
	__builtin_memset(record->sizes, 0, sizeof(record->sizes));
	record->reserved = 0;
}

/* Returns whether there is something to say: not of a thread of the kernel. */
static __always_inline bool process_fill(struct scratch *scratch)
{
	struct task_struct *task = (struct task_struct *)scratch->of.task;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return false;
	process_begin(scratch);
	process_ids(process_of(scratch), task);
	process_ancestors(scratch, task);
	/* In the order of enum process_text. */
	process_exe(scratch, task);
	process_cwd(scratch, task);
	process_hostname(scratch, task);
	process_args(scratch, task);
	return true;
}

#endif
