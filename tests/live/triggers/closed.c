// SPDX-License-Identifier: MIT
/*
 * A descriptor that another thread closes while connect(2) on it fails at once. Usage: closed TIMES
 * OUTCOME ADDR PORT, where OUTCOME is the name of the errno. A call that came after the close
 * (EBADF) is none.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "trigger.h"

static _Atomic int victim = -1;

/* Closes each descriptor that it is given, a little later than the one before. */
static void *closer(void *arg)
{
	int fd;

	for (unsigned int turn = 0;;) {
		fd = atomic_exchange(&victim, -1);
		if (fd < 0)
			continue;
		for (volatile unsigned int i = turn++ % 1024; i; i--)
			;
		close(fd);
	}
	return arg;
}

int main(int argc, char **argv)
{
	struct target target;
	pthread_t thread;
	int fd, err, want;

	if (argc != 5)
		die("usage: closed TIMES OUTCOME ADDR PORT");
	want = errno_of(argv[2]);
	target = target_parse(argv[3], argv[4], false);
	if (pthread_create(&thread, NULL, closer, NULL))
		die("pthread_create");
	for (int i = atoi(argv[1]); i; i--) {
		fd = socket_for(&target, 0);
		atomic_store(&victim, fd);
		err = connect_to(fd, &target) ? errno : 0;
		if (err != EBADF) {
			demand("connect", err, want);
			expect_not_sent(&target, err);
		}
		while (atomic_load(&victim) >= 0)
			;
		/* Its number is free when the close is done. */
		while (dup2(fd, fd) == fd)
			;
	}
}
