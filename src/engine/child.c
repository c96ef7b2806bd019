// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/child.h"

static void leave_terminal(void)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (isatty(fd) && dup2(nothing, fd) < 0)
			close(fd);
}

static void child_main(char **argv, bool apart, const sigset_t *mask, int hold, int error)
{
	char byte;
	int err;

	if (read(hold, &byte, 1) != 1)
		_exit(127); /* tpconnect itself gave up */
	if (apart)
		leave_terminal();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	if (write(error, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

int child_start(char **argv, bool apart, const sigset_t *mask, struct child *ret)
{
	int hold[2], error[2];
	pid_t pid;

	if (pipe2(hold, O_CLOEXEC))
		return -errno;
	if (pipe2(error, O_CLOEXEC)) {
		int err = -errno;

		close(hold[0]);
		close(hold[1]);
		return err;
	}
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		child_main(argv, apart, mask, hold[0], error[1]);
	}
	close(hold[0]);
	close(error[1]);
	if (pid < 0) {
		int err = -errno;

		close(hold[1]);
		close(error[0]);
		return err;
	}
	*ret = (struct child){.pid = pid, .hold_fd = hold[1], .error_fd = error[0]};
	return 0;
}

int child_release(struct child *child)
{
	int err = 0;

	if (write(child->hold_fd, "", 1) != 1)
		return -errno;
	/* Closed by a successful exec: then there is nothing to read. */
	while (read(child->error_fd, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	child_close(child);
	return -err;
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void child_close(struct child *child)
{
	close_once(&child->hold_fd);
	close_once(&child->error_fd);
}

/* Whether a shell gave us the terminal, and takes it back when we stop. */
static bool has_terminal(void)
{
	pid_t group = getpgrp();

	return tcgetpgrp(STDIN_FILENO) == group || tcgetpgrp(STDERR_FILENO) == group;
}

/*
 * A command that stops itself, and not everything that the terminal has in front, would leave the
 * shell waiting for us: so stop as well, and let the command go on when we may.
 */
static void stop_likewise(const struct child *child)
{
	if (!has_terminal())
		return;
	raise(SIGSTOP);
	child_signal(child, SIGCONT);
}

bool child_reap(struct child *child)
{
	int status;

	if (!child->pid || waitpid(child->pid, &status, WNOHANG | WUNTRACED) <= 0)
		return false;
	if (WIFSTOPPED(status)) {
		stop_likewise(child);
		return false;
	}
	child->pid = 0;
	child->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

void child_signal(const struct child *child, int signo)
{
	if (child->pid)
		kill(child->pid, signo);
}

bool child_interrupt(struct child *child, int signo)
{
	if (child->interrupted)
		return false;
	child->interrupted = true;
	child_signal(child, signo);
	return true;
}
