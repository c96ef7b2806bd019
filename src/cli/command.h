/* SPDX-License-Identifier: MIT */
/* The command after "--": started held back, so that tracing is in place before its first step. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <signal.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int hold_fd;  /* closing it lets the command go */
	int error_fd; /* carries the errno of an exec that failed */
};

/*
 * Forks; the child waits until child_release(). mask: the signal mask the command gets. -errno on
 * failure.
 */
int child_start(char **argv, const sigset_t *mask, struct child *ret);

/* Lets it go. Returns 0 once the command runs, or the -errno of its exec. */
int child_release(struct child *child);

/* An exit status as a shell gives it: 128 + signal for one that was killed. */
int child_exit_status(int wait_status);

#endif
