/* SPDX-License-Identifier: MIT */
/* File descriptor of the current process -> socket. */
#ifndef BPF_SOCKET_BPF_H
#define BPF_SOCKET_BPF_H

#include "bpf/compat.bpf.h"

/* NULL if the file is no socket. */
static __always_inline struct socket *socket_of_file(struct file *file)
{
	/* Only sockets have this mode; an O_PATH descriptor of one has no private_data. */
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	return BPF_CORE_READ(file, private_data);
}

/* NULL if the descriptor of the current process is not open. */
static __always_inline struct file *file_of_fd(__u32 fd)
{
	struct files_struct *files = READ_PTR(current_task(), files);
	struct fdtable *fdt = READ_TRUSTED(files, fdt);

	return fd < READ_TRUSTED(fdt, max_fds) ? pointer_at(READ_TRUSTED(fdt, fd) + fd) : NULL;
}

#endif
