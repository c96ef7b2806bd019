/* SPDX-License-Identifier: MIT */
/* File descriptor of the current process -> socket. */
#ifndef BPF_SOCKET_BPF_H
#define BPF_SOCKET_BPF_H

#include "bpf/kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* NULL if the file is no socket. */
static __always_inline struct socket *socket_of_file(struct file *file)
{
	/* Only sockets have this mode; an O_PATH descriptor of one has no private_data. */
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	return BPF_CORE_READ(file, private_data);
}

/* NULL if the descriptor is not open or is no socket. */
static __always_inline struct socket *socket_of_fd(__u32 fd)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **slots, *file = NULL;

	if (fd >= BPF_CORE_READ(fdt, max_fds))
		return NULL;
	slots = BPF_CORE_READ(fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return file ? socket_of_file(file) : NULL;
}

#endif
