/* SPDX-License-Identifier: MIT */
/*
 * Which system calls a process may make from now on: seccomp(2), by libseccomp. Any other is
 * answered with EPERM and not by death: who makes one says so in a message, and goes on.
 */
#ifndef CONFINE_SYSCALLS_H
#define CONFINE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#include <seccomp.h>

/*
 * Sanitizers make calls of their own, and look for leaks from a process that traces this one: in a
 * build with one, this is left out.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SYSCALLS_FREE 1
#else
#define SYSCALLS_FREE 0
#endif

/* Negative where this machine has no such call. */
#define CALL(name) SCMP_SYS(name)

/* A system call where (argument & mask) == value; argument: its index. */
struct syscall_rule {
	int call;
	unsigned int argument;
	uint64_t mask, value;
};

/*
 * Of all threads: these calls with any arguments, and those that fit a rule; takes
 * no_new_privileges(). Returns 0, or -errno: -EINVAL where the kernel has no seccomp filters.
 */
int syscalls_allow(const int *calls, size_t n_calls, const struct syscall_rule *rules,
		   size_t n_rules);

#endif
