/* SPDX-License-Identifier: MIT */
/*
 * The command after "--": started held back, so that tracing is in place before its first step;
 * then what it gets of our signals, and how it ends.
 */
#ifndef ENGINE_CHILD_H
#define ENGINE_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;    /* 0: none, or ended */
	int hold_fd;  /* a byte lets the command go; closed without one, it ends; -1: closed */
	int error_fd; /* carries the errno of an exec that failed; -1: closed */
	int status;   /* as a shell gives it: 128 + signal if it was killed */
	bool interrupted;
};

/*
 * Forks; the child waits until child_release(). apart: what is a terminal of its standard input,
 * output and error is /dev/null to it. mask: the signal mask the command gets. -errno on failure.
 */
int child_start(char **argv, bool apart, const sigset_t *mask, struct child *ret);

/* Lets it go. Returns 0 once the command runs, or the -errno of its exec. */
int child_release(struct child *child);

/* Closes what is open of the descriptors: a command that was not let go ends. */
void child_close(struct child *child);

/*
 * After a SIGCHLD: whether it has ended. When it has stopped itself, and a shell waits for us,
 * stops us as well.
 */
bool child_reap(struct child *child);

/* Nothing once it has ended. */
void child_signal(const struct child *child, int signo);

/*
 * Passes on the first signal that asks for an end: the command gets its chance to end by itself.
 * Returns whether to go on waiting for it: a second signal asks not to.
 */
bool child_interrupt(struct child *child, int signo);

#endif
