// SPDX-License-Identifier: MIT
#include "util/apart.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/array.h"

/* Descriptors that may be open where the kernel has no close_range(2), before 5.9: at the start. */
#define FDS_MAX 1024

/* How long the process has to end, once it is killed: less than one is usual. */
#define STOP_MS 50

static void close_range_of(unsigned int first, unsigned int last)
{
	if (first > last || !syscall(SYS_close_range, first, last, 0))
		return;
	for (unsigned int fd = first; fd <= last && fd < FDS_MAX; fd++)
		close((int)fd);
}

/* All below `end`, but from `first` on. */
static void close_below(int first, int end)
{
	if (end > first)
		close_range_of((unsigned int)first, (unsigned int)end - 1);
}

static void close_others(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;

	close_below(0, low);
	close_below(low + 1, high);
	close_range_of((unsigned int)high + 1, UINT_MAX);
}

/* The end of the socket is the end; what a terminal or a service manager sends to all is not. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT, SIGTSTP,
				      SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGPIPE};

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

static _Noreturn void apart_main(int fd, pid_t parent, const char *name, int keep_fd, apart_fn *run,
				 void *ctx)
{
	ignore_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0); /* it ended before it could be heard of */
	prctl(PR_SET_NAME, name);
	close_others(fd, keep_fd);
	run(fd, ctx);
	_exit(0);
}

int apart_start(const char *name, int keep_fd, apart_fn *run, void *ctx, struct apart *ret)
{
	pid_t pid, parent = getpid();
	int fds[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	pid = fork();
	if (pid == 0)
		apart_main(fds[1], parent, name, keep_fd, run, ctx);
	err = -errno;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err;
	}
	*ret = (struct apart){.fd = fds[0], .pid = pid};
	return 0;
}

void apart_close(struct apart *apart)
{
	if (apart->fd >= 0)
		close(apart->fd);
	apart->fd = -1;
}

void apart_stop(struct apart *apart)
{
	apart_close(apart);
	/* Where we have no right to do so any more, the end of the socket is what ends it. */
	kill(apart->pid, SIGKILL);
	/* One that hangs in a file system does not end: we do. */
	for (int ms = 0; ms < STOP_MS && !waitpid(apart->pid, NULL, WNOHANG); ms++)
		usleep(1000);
}
