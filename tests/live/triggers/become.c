// SPDX-License-Identifier: MIT
/*
 * A process that becomes another one while its non-blocking attempt is pending. What it prints is
 * made before, with who it was. Usage: become HOW ADDR PORT; HOW:
 *   rename       another name
 *   exec         another program, which keeps the socket
 *   exec-thread  likewise by another thread, which takes the leader's place
 *   exec-close   another program, and the socket is closed by that: cancelled
 *   leave        it ends; a child has the socket
 *   user         another user
 *   blocking     another name while a thread waits in connect(2)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "trigger.h"

static struct target target;
static const char *how;

/* Goes on as `become await FD`, under the name "exe". */
static void exec_to_await(int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "other", "await", number, NULL);
	die("exec");
}

static int begin(void)
{
	int fd = socket_for(&target, SOCK_NONBLOCK);

	if (!connect_to(fd, &target) || errno != EINPROGRESS)
		die("connect: expected EINPROGRESS");
	return fd;
}

/* The line of a connection that will be there, as it is now. */
static void promise_established(int fd)
{
	expect("established", &target);
	expect_local(fd);
	expect_string("tpconnect.origin", "connect");
	expect_null("error.type");
	expect_end();
}

static void *exec_in_thread(void *arg)
{
	int fd;

	prctl(PR_SET_NAME, "second thread");
	fd = begin();
	fcntl(fd, F_SETFD, 0);
	promise_established(fd);
	exec_to_await(fd);
	return arg;
}

/* The main thread takes another name meanwhile: that is not the thread's own. */
static void *connect_blocking(void *arg)
{
	struct sockaddr_storage local;
	int fd = socket_for(&target, 0);

	expect("established", &target);
	expect_string("tpconnect.origin", "connect");
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	if (local_of(fd, &local))
		expect_int("network.local.port", port_of(&local));
	expect_end();
	return arg;
}

static void blocking(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, connect_blocking, NULL))
		die("pthread_create");
	usleep(100000);
	prctl(PR_SET_NAME, "renamed leader");
	pthread_join(thread, NULL);
}

static void become(void)
{
	pthread_t thread;
	int fd;

	if (!strcmp(how, "blocking")) {
		blocking();
		return;
	}
	if (!strcmp(how, "exec-thread")) {
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		pthread_join(thread, NULL);
	}
	fd = begin();
	if (!strcmp(how, "exec-close")) {
		expect_cancelled(fd, &target);
		execl("/bin/sleep", "sleep", "3", NULL);
		die("exec");
	}
	promise_established(fd);
	if (!strcmp(how, "rename")) {
		prctl(PR_SET_NAME, "other name");
	} else if (!strcmp(how, "exec")) {
		fcntl(fd, F_SETFD, 0);
		exec_to_await(fd);
	} else if (!strcmp(how, "leave")) {
		if (fork())
			_exit(0);
		prctl(PR_SET_NAME, "child");
	} else if (!strcmp(how, "user")) {
		if (setresuid(4321, 4321, 4321))
			die("setresuid");
	} else {
		die("there is no way %s", how);
	}
	demand("result", socket_result(fd), 0);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "await")) {
		demand("result", socket_result(atoi(argv[2])), 0);
		return 0;
	}
	if (argc != 4)
		die("usage: become HOW ADDR PORT");
	how = argv[1];
	target = target_parse(argv[2], argv[3], false);
	become();
}
