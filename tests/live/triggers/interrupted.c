// SPDX-License-Identifier: MIT
/*
 * A blocking connect(2) that comes back, or would, before there is an answer, and is then waited
 * for. Usage: interrupted signal|restart|timeout ADDR PORT
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "trigger.h"

static void on_alarm(int signal)
{
	(void)signal;
}

/* A signal in 200 ms. */
static void alarm_soon(int flags)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
	struct itimerval soon = {.it_value.tv_usec = 200000};

	if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &soon, NULL))
		die("setitimer");
}

int main(int argc, char **argv)
{
	struct timeval send_timeout = {.tv_usec = 200000};
	struct target target;
	int fd, want;

	if (argc != 4)
		die("usage: interrupted signal|restart|timeout ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	fd = socket_for(&target, 0);
	if (!strcmp(argv[1], "signal")) {
		alarm_soon(0);
		want = EINTR;
	} else if (!strcmp(argv[1], "restart")) {
		alarm_soon(SA_RESTART);
		want = 0;
	} else {
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof(send_timeout));
		want = EINPROGRESS;
	}
	demand("connect", connect_to(fd, &target) ? errno : 0, want);
	if (want == EINTR) /* again, as programs do: this waits for the same attempt */
		demand("second connect", connect_to(fd, &target) ? errno : 0, 0);
	demand("poll", socket_result(fd), 0);
	expect_result(fd, &target, 0);
}
