// SPDX-License-Identifier: MIT
/*
 * A process that stays for ten minutes, once it has made the file READY. Usage: linger HOW READY;
 * HOW: plain       it does leaderless  its first thread has ended, another stays exec another
 * thread than its first has become another program zombie      it has a child that has ended, and
 * does not ask for it
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define STAY_SECONDS 600

static const char *ready;

static void stay(void)
{
	FILE *file = fopen(ready, "we");

	if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file))
		die("%s", ready);
	sleep(STAY_SECONDS);
	exit(0);
}

/* Until the thread that called this, the first, is a zombie. */
static void await_leader(void)
{
	char path[64], line[256] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", getpid(), getpid());
	while (!strstr(line, "Z (zombie)")) {
		FILE *status = fopen(path, "r");

		while (status && fgets(line, sizeof(line), status) && !strstr(line, "State:"))
			;
		if (status)
			fclose(status);
		usleep(1000);
	}
}

static void *stay_without_leader(void *arg)
{
	await_leader();
	stay();
	return arg;
}

static void *become_another(void *arg)
{
	execl("/proc/self/exe", "linger", "plain", ready, NULL);
	die("exec");
	return arg;
}

static void start(void *(*routine)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, routine, NULL))
		die("pthread_create");
}

static void leave_zombie(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	if (waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT))
		die("waitid");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: linger plain|leaderless|exec|zombie READY");
	ready = argv[2];
	if (!strcmp(argv[1], "leaderless")) {
		start(stay_without_leader);
		syscall(SYS_exit, 0); /* of this thread alone */
	}
	if (!strcmp(argv[1], "exec")) {
		start(become_another);
		pause();
	}
	if (!strcmp(argv[1], "zombie"))
		leave_zombie();
	stay();
}
