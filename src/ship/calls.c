// SPDX-License-Identifier: MIT
#include "ship/calls.h"

#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "confine/syscalls.h"
#include "util/array.h"

/* What a thread of the process's own has, and another process has not. */
#define THREAD (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)

static const int calls[] = {
	/* The loop. */
	CALL(poll),
	CALL(ppoll),
	CALL(select),
	CALL(pselect6),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(eventfd2),
	CALL(pipe2),
	CALL(signalfd4),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(clock_gettime),
	CALL(clock_getres),
	CALL(clock_nanosleep),
	CALL(nanosleep),
	CALL(gettimeofday),
	CALL(time),
	CALL(restart_syscall),

	/* Files, as far as Landlock and the user let it. */
	CALL(read),
	CALL(readv),
	CALL(write),
	CALL(writev),
	CALL(pread64),
	CALL(close),
	CALL(openat),
	CALL(open),
	CALL(fstat),
	CALL(newfstatat),
	CALL(fstatat64),
	CALL(stat),
	CALL(lstat),
	CALL(statx),
	CALL(fstatfs),
	CALL(statfs),
	CALL(access),
	CALL(faccessat),
	CALL(faccessat2),
	CALL(readlink),
	CALL(readlinkat),
	CALL(lseek),
	CALL(getdents64),
	CALL(fsync),
	CALL(fdatasync),
	CALL(rename),
	CALL(renameat),
	CALL(renameat2),
	CALL(unlink),
	CALL(unlinkat),
	CALL(fcntl),
	CALL(flock),
	CALL(fchmod),
	CALL(dup),
	CALL(dup2),
	CALL(dup3),
	CALL(umask),
	CALL(getcwd),
	CALL(inotify_init1),
	CALL(inotify_add_watch),
	CALL(inotify_rm_watch),

	/* Sockets that connect; bind is for UDP and netlink, and Landlock refuses it to TCP. */
	CALL(connect),
	CALL(bind),
	CALL(sendto),
	CALL(sendmsg),
	CALL(sendmmsg),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(recvmmsg),
	CALL(getsockopt),
	CALL(setsockopt),
	CALL(getsockname),
	CALL(getpeername),
	CALL(shutdown),
	CALL(socketpair),

	/* Memory and threads. */
	CALL(brk),
	CALL(mmap),
	CALL(munmap),
	CALL(mremap),
	CALL(mprotect),
	CALL(madvise),
	CALL(futex),
	CALL(set_robust_list),
	CALL(rseq),
	CALL(set_tid_address),
	CALL(sched_yield),
	CALL(sched_getaffinity),
	CALL(getrandom),
	CALL(membarrier),
	CALL(prlimit64),
	CALL(getrlimit),
	CALL(sysinfo),
	CALL(uname),
	CALL(getcpu),

	/* Who it is, its signals, and its end. */
	CALL(getpid),
	CALL(getppid),
	CALL(gettid),
	CALL(getuid),
	CALL(geteuid),
	CALL(getgid),
	CALL(getegid),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(rt_sigtimedwait),
	CALL(sigaltstack),
	CALL(tgkill),
	CALL(exit),
	CALL(exit_group),
};

/* Where the argument of that index has this value: all are of 32 bits. */
#define ONLY(name, index, is)                                                                      \
	{                                                                                          \
		CALL(name), index, UINT32_MAX, is                                                  \
	}

static const struct syscall_rule rules[] = {
	ONLY(socket, 0, AF_INET),
	ONLY(socket, 0, AF_INET6),
	/* Caches of names; which addresses this host has. */
	ONLY(socket, 0, AF_UNIX),
	ONLY(socket, 0, AF_NETLINK),

	/* What is there to be read; that a socket does not wait. */
	ONLY(ioctl, 1, FIONREAD),
	ONLY(ioctl, 1, FIONBIO),

	/* The names of threads, and threads: no processes. */
	ONLY(prctl, 0, PR_SET_NAME),
	{CALL(clone), 0, THREAD, THREAD},
};

int calls_enter(void)
{
	return syscalls_allow(calls, ARRAY_SIZE(calls), rules, ARRAY_SIZE(rules));
}
