// SPDX-License-Identifier: MIT
#include "confine/allowed.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "confine/syscalls.h"
#include "util/array.h"

/* What a thread of the process's own has, and another process has not. */
#define THREAD (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)

static const int calls[] = {
	/* The loop; the ring is memory. */
	CALL(poll),
	CALL(ppoll),
	CALL(read),
	CALL(write),
	CALL(writev),
	CALL(close),
	CALL(signalfd4),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(timerfd_gettime),
	CALL(epoll_wait),
	CALL(epoll_pwait),
	CALL(epoll_ctl),
	CALL(eventfd2),
	CALL(clock_gettime),
	CALL(clock_nanosleep),
	CALL(nanosleep),
	CALL(gettimeofday),
	CALL(time),
	CALL(restart_syscall),

	/* Files, as far as Landlock and the user let it: segments of a store, /proc. */
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
	CALL(faccessat),
	CALL(faccessat2),
	CALL(access),
	CALL(readlink),
	CALL(readlinkat),
	CALL(lseek),
	CALL(pread64),
	CALL(pwrite64),
	CALL(readv),
	CALL(pwritev),
	CALL(ftruncate),
	CALL(fallocate),
	CALL(fsync),
	CALL(fdatasync),
	CALL(sync_file_range),
	CALL(fadvise64),
	CALL(flock),
	CALL(fchmod),
	CALL(getdents64),
	CALL(mkdir),
	CALL(mkdirat),
	CALL(rename),
	CALL(renameat),
	CALL(renameat2),
	CALL(unlink),
	CALL(unlinkat),
	CALL(rmdir),
	CALL(fcntl),
	CALL(dup),
	CALL(dup2),
	CALL(dup3),
	CALL(umask),
	CALL(getcwd),

	/* Sockets that it has: standard output, helpers, a service manager's. None can be made. */
	CALL(sendto),
	CALL(sendmsg),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(getsockopt),
	CALL(shutdown),

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
	CALL(getpgrp),
	CALL(getpgid),
	CALL(pidfd_open),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(rt_sigtimedwait),
	CALL(sigaltstack),
	CALL(kill),
	CALL(tkill),
	CALL(tgkill),
	CALL(wait4),
	CALL(waitid),
	CALL(exit),
	CALL(exit_group),
};

/* TCGETS2 of asm/termbits.h, which no other header goes with: newer C libraries ask by it. */
#define TCGETS_NEWER 0x802c542a

/* Where the argument of that index has this value: all are of 32 bits. */
#define ONLY(name, index, is)                                                                      \
	{                                                                                          \
		CALL(name), index, UINT32_MAX, is                                                  \
	}

static const struct syscall_rule rules[] = {
	/* Maps and programs that are there: to be read, told, and gone through. */
	ONLY(bpf, 0, BPF_OBJ_GET_INFO_BY_FD),
	ONLY(bpf, 0, BPF_MAP_LOOKUP_ELEM),
	ONLY(bpf, 0, BPF_MAP_UPDATE_ELEM),
	ONLY(bpf, 0, BPF_MAP_DELETE_ELEM),
	ONLY(bpf, 0, BPF_MAP_GET_NEXT_KEY),
	ONLY(bpf, 0, BPF_MAP_LOOKUP_BATCH),
	ONLY(bpf, 0, BPF_LINK_CREATE),
	ONLY(bpf, 0, BPF_ITER_CREATE),

	/* A terminal's size; that a program at a tracepoint of perf events is detached. */
	ONLY(ioctl, 1, TCGETS),
	ONLY(ioctl, 1, TCGETS_NEWER),
	ONLY(ioctl, 1, TIOCGWINSZ),
	ONLY(ioctl, 1, PERF_EVENT_IOC_DISABLE),

	/* The names of threads, and threads: no processes. */
	ONLY(prctl, 0, PR_SET_NAME),
	{CALL(clone), 0, THREAD, THREAD},
};

int allowed_enter(void)
{
	return syscalls_allow(calls, ARRAY_SIZE(calls), rules, ARRAY_SIZE(rules));
}
