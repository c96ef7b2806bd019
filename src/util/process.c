// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/process.h"

/* PROC_PID_INIT_INO of the kernel's proc_ns.h. */
#define INITIAL_PID_NAMESPACE 0xeffffffc

static bool in_initial_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == INITIAL_PID_NAMESPACE;
}

bool process_ids_are_other(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != INITIAL_PID_NAMESPACE;
}

static uint32_t tgid_of(uint32_t tid)
{
	char path[32], line[256];
	uint32_t tgid = 0;

	snprintf(path, sizeof(path), "/proc/%u/status", tid);

	_cleanup_fclose_ FILE *status = fopen(path, "re");

	while (status && !tgid && fgets(line, sizeof(line), status))
		sscanf(line, "Tgid: %u", &tgid);
	return tgid;
}

/* Of a thread's id the kernel says EINVAL; newer ones (6.18 is one) ENOENT. */
enum process_state process_find(uint32_t pid, uint32_t *ret_tgid)
{
	struct pollfd ended = {.events = POLLIN};
	_cleanup_close_ int fd = -1;

	if (!in_initial_namespace())
		return PROCESS_UNKNOWN;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0 && errno == ESRCH)
		return PROCESS_NONE;
	if (fd < 0 && errno != EINVAL && errno != ENOENT)
		return PROCESS_UNKNOWN;
	if (fd < 0) {
		*ret_tgid = tgid_of(pid);
		return PROCESS_THREAD;
	}
	/* Readable once the last thread has ended. */
	ended.fd = fd;
	return poll(&ended, 1, 0) > 0 ? PROCESS_NONE : PROCESS_RUNS;
}
