// SPDX-License-Identifier: MIT
/*
 * A descriptor that another thread closes while connect(2) on it fails at once. Usage: closed
 * [-null|-unix] TIMES OUTCOME ADDR PORT, where OUTCOME is the name of the errno; -null, -unix: it
 * puts /dev/null or a UNIX socket in its place instead. A call that came after that (with another
 * errno) is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static _Atomic int victim = -1;
static int replacement = -1;

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
		if (replacement < 0)
			close(fd);
		else
			dup2(replacement, fd);
	}
	return arg;
}

static bool is_mine(int fd, const struct target *target)
{
	socklen_t len = sizeof(int);
	int domain;

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) &&
	       domain == target->addr.ss_family;
}

int main(int argc, char **argv)
{
	struct target target;
	pthread_t thread;
	int fd, err, want;

	if (argc == 6 && !strcmp(argv[1], "-null"))
		replacement = open("/dev/null", O_RDWR);
	else if (argc == 6 && !strcmp(argv[1], "-unix"))
		replacement = socket(AF_UNIX, SOCK_STREAM, 0);
	argv += argc == 6;
	if (argc != 5 && replacement < 0)
		die("usage: closed [-null|-unix] TIMES OUTCOME ADDR PORT");
	want = errno_of(argv[2]);
	target = target_parse(argv[3], argv[4], false);
	if (pthread_create(&thread, NULL, closer, NULL))
		die("pthread_create");
	for (int i = atoi(argv[1]); i; i--) {
		fd = socket_for(&target, 0);
		atomic_store(&victim, fd);
		err = connect_to(fd, &target) ? errno : 0;
		if (err != EBADF && (replacement < 0 || err == want)) {
			demand("connect", err, want);
			expect_not_sent(&target, err);
		}
		while (atomic_load(&victim) >= 0)
			;
		/* Its number is free, or another's, when that is done. */
		while (is_mine(fd, &target))
			;
		if (replacement >= 0)
			close(fd);
	}
}
