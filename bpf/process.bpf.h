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
__weak __noinline int process_exe(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct scratch *scratch = scratch_mine();
	struct process_record *record;
	struct inode *inode;
	__u32 begun;

	if (!scratch || !file)
		return 0;
	record = process_of(scratch);
	begun = scratch->size;
	inode = BPF_CORE_READ(file, f_inode);
	record->exe_inode = BPF_CORE_READ(inode, i_ino);
	record->exe_device = BPF_CORE_READ(inode, i_sb, s_dev);
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
	return 0;
}

__weak __noinline int process_cwd(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct scratch *scratch = scratch_mine();
	struct process_record *record;
	__u32 begun;

	if (!scratch || !fs)
		return 0;
	record = process_of(scratch);
	begun = scratch->size;
	record->flags |= PROCESS_HAS_CWD;
	if (!path_add(scratch, &fs->pwd, CWD_END))
		record->flags |= PROCESS_CWD_CUT;
	if (dentry_is_deleted(BPF_CORE_READ(fs, pwd.dentry)))
		record->flags |= PROCESS_CWD_DELETED;
	text_end(scratch, TEXT_CWD, begun);
	return 0;
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

/* Those that live: of a process whose parent has ended, the kernel knows who took it over. */
__weak __noinline int process_ancestors(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct scratch *scratch = scratch_mine();
	struct process_record *record;

	if (!scratch)
		return 0;
	record = process_of(scratch);
	record->n_ancestors = 0;
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		struct process_ancestor *ancestor = &record->ancestors[i];

		__builtin_memset(ancestor, 0, sizeof(*ancestor));
		if (record->n_ancestors < i)
			continue;
		task = BPF_CORE_READ(task, real_parent, group_leader);
		ancestor->pid = BPF_CORE_READ(task, tgid);
		if (!ancestor->pid)
			continue;
		ancestor->start_ns = BPF_CORE_READ(task, start_boottime);
		bpf_core_read(ancestor->comm, COMM_LEN, &task->comm);
		comm_end(ancestor->comm);
		record->n_ancestors++;
	}
	return 0;
}

static __always_inline void process_begin(struct scratch *scratch)
{
	struct process_record *record = process_of(scratch);

	scratch->size = sizeof(*record);
	record->start_ns = scratch->of.start_ns;
	record->pid = scratch->of.pid;
	record->exec_id = scratch->of.exec_id;
	record->flags = 0;
	record->exe_inode = 0;
	record->exe_device = 0;
	record->args_size = 0;
	__builtin_memset(record->sizes, 0, sizeof(record->sizes));
	record->reserved = 0;
}

/* Sends the current process, if it is no thread of the kernel. Returns whether it is known now. */
__weak __noinline int process_send(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct scratch *scratch = scratch_mine();

	if (!scratch)
		return false;
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return true;
	process_begin(scratch);
	process_ids(process_of(scratch), task);
	process_ancestors();
	/* In the order of enum process_text. */
	process_exe();
	process_cwd();
	process_hostname(scratch, task);
	return scratch_send(scratch, EVENT_PROCESS);
}

#endif
