// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"

static void child_main(char **argv, const sigset_t *mask, int hold, int error)
{
	char byte;
	int err;

	if (read(hold, &byte, 1) != 1)
		_exit(127); /* tpconnect itself gave up */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	if (write(error, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

int child_start(char **argv, const sigset_t *mask, struct child *ret)
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
		child_main(argv, mask, hold[0], error[1]);
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
	close(child->hold_fd);
	close(child->error_fd);
	return -err;
}

int child_exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}
