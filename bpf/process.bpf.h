/* SPDX-License-Identifier: MIT */
/* Who the current process is: its executable, its directory, whence it comes. */
#ifndef BPF_PROCESS_BPF_H
#define BPF_PROCESS_BPF_H

#include "bpf/identity.bpf.h"
#include "bpf/path.bpf.h"
#include "bpf/scratch.bpf.h"
#include "contract/process.h"

/*
 * How far each text may go into the record, in the order in which they are written. What one leaves
 * is for the next. ARGS_MAX bytes are left for the arguments.
 */
#define EXE_END	     1792
#define CWD_END	     2816
#define HOSTNAME_END (CWD_END + 65)

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

/* Adds the executable: the file that the current task's memory was made from. */
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
 * Adds the parent of who was added last, as far as it lives: of a process whose parent has ended,
 * the kernel knows who took it over. Returns whether there is more.
 */
__noinline int process_ancestor(void)
{
	struct scratch *scratch = scratch_mine();
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

static __always_inline void process_ancestors(struct scratch *scratch,
					      const struct task_struct *task)
{
	struct process_record *record = process_of(scratch);

	__builtin_memset(record->ancestors, 0, sizeof(record->ancestors));
	walk_begin(scratch, task);
	scratch->size = __builtin_offsetof(struct process_record, ancestors);
#pragma clang loop unroll(disable)
	for (int i = 0; i < ANCESTORS_MAX && process_ancestor(); i++)
		;
	record->n_ancestors = scratch->walk.depth;
	scratch->size = sizeof(*record);
}

static __always_inline void process_begin(struct scratch *scratch)
{
	struct process_record *record = process_of(scratch);

	record->start_ns = scratch->of.start_ns;
	record->pid = scratch->of.pid_exec >> 32;
	record->exec_id = scratch->of.pid_exec;
	record->flags = 0;
	record->args_size = 0;
	__builtin_memset(record->sizes, 0, sizeof(record->sizes));
	record->reserved = 0;
}

/* Sends the current task's, if it is no thread of the kernel. Returns whether it is known now. */
static __always_inline bool process_send(struct scratch *scratch)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return true;
	process_begin(scratch);
	process_ids(process_of(scratch), task);
	process_ancestors(scratch, task);
	/* In the order of enum process_text. */
	process_exe(scratch, task);
	process_cwd(scratch, task);
	process_hostname(scratch, task);
	return scratch_send(scratch, EVENT_PROCESS);
}

#endif
