// SPDX-License-Identifier: MIT
/*
 * A thread with a name of its own connects. Usage: thread HOW ADDR PORT; HOW:
 *   plain   the group leader waits for it
 *   orphan  the group leader has ended before
 *   rename  the process takes another name between the attempt and its result
 *   fork    a process that it forks does instead
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

static struct target target;
static bool orphan, rename_meanwhile, in_child;
static pthread_t leader;

static void *connect_in_thread(void *arg)
{
	int fd = socket_for(&target, rename_meanwhile ? SOCK_NONBLOCK : 0), err;

	prctl(PR_SET_NAME, "worker of it");
	if (in_child && fork()) {
		if (wait(NULL) < 0)
			die("wait");
		_exit(0);
	}
	if (orphan)
		usleep(200000); /* there is no way to be told */
	err = connect_to(fd, &target) ? errno : 0;
	if (rename_meanwhile && err == EINPROGRESS) {
		/* The line is made with the names of the attempt's beginning. */
		expect("established", &target);
		expect_local(fd);
		prctl(PR_SET_NAME, "other worker");
		pthread_setname_np(leader, "other leader");
		err = socket_result(fd);
		expect_end();
		demand("connect", err, 0);
		_exit(0);
	}
	demand("connect", err, 0);
	expect_result(fd, &target, 0);
	_exit(0);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 4)
		die("usage: thread plain|orphan|rename|fork ADDR PORT");
	orphan = !strcmp(argv[1], "orphan");
	rename_meanwhile = !strcmp(argv[1], "rename");
	in_child = !strcmp(argv[1], "fork");
	target = target_parse(argv[2], argv[3], false);
	leader = pthread_self();
	prctl(PR_SET_NAME, "leader");
	if (pthread_create(&thread, NULL, connect_in_thread, NULL))
		die("pthread_create");
	if (orphan)
		pthread_exit(NULL);
	pthread_join(thread, NULL);
}
