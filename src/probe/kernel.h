/* SPDX-License-Identifier: MIT */
/* What is asked of the running kernel. Nothing is changed, nothing printed. */
#ifndef PROBE_KERNEL_H
#define PROBE_KERNEL_H

#include <stdbool.h>

#include "contract/config.h"

#define KERNEL(major, minor) ((major) << 8 | (minor))

/* Of uname(2), as KERNEL() makes it. */
unsigned int kernel_version(void);

/*
 * Where tracefs is mounted, of the two places that libbpf looks in, or NULL. This process may
 * still lack the privilege to read it. The string is static.
 */
const char *kernel_tracefs(void);

/*
 * Whether tracing programs can keep something with a thread: since Linux 5.12. Needs the privilege
 * to load programs.
 */
bool kernel_has_task_storage(void);

/* Whether it can keep something with a socket. Needs the privilege to make maps. */
bool kernel_has_socket_storage(void);

/*
 * Whether a security policy forbids a program for an iterator, by the BTF id of its function. Needs
 * the privilege to load programs.
 */
bool kernel_refuses_iterator(__u32 type_id);

/*
 * Whether the kernel keeps with each process who logged in (CONFIG_AUDIT). Where /proc is not there
 * to tell, it is taken to.
 */
bool kernel_has_audit(void);

/*
 * Whether threads can be preempted in programs at raw tracepoints: seen on Linux 7.2, not on 6.18.
 * Nothing that can be asked tells, so it is the version that does: from 7.0 on.
 */
bool kernel_preempts(void);

/*
 * The controller whose hierarchy of version 1 tells where processes are, CGROUP1_NONE where none is
 * of version 1 or /proc cannot tell. Of pids first: who starts containers uses it always.
 */
enum cgroup1 kernel_cgroup1(void);

#endif
