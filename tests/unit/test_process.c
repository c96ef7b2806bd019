// SPDX-License-Identifier: MIT
/* Whether a process runs, as the kernel sees it: these tests ask it of their own. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/process.h"

/* Elsewhere our ids are not those that the function takes. */
static void demand_initial_namespace(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino != 0xeffffffc) {
		puts("this is not the initial pid namespace");
		skip();
	}
}

static void a_process_runs(void **state)
{
	uint32_t tgid = 1;

	(void)state;
	demand_initial_namespace();
	assert_int_equal(process_find(getpid(), &tgid), PROCESS_RUNS);
	assert_int_equal(process_find(1, &tgid), PROCESS_RUNS);
	assert_int_equal(tgid, 1);
}

static void what_is_not_there_is_none(void **state)
{
	uint32_t tgid;
	pid_t child;

	(void)state;
	demand_initial_namespace();
	/* Above PID_MAX_LIMIT of the kernel's threads.h. */
	assert_int_equal(process_find(99999999, &tgid), PROCESS_NONE);
	assert_int_equal(process_find(INT32_MAX, &tgid), PROCESS_NONE);
	child = fork();
	if (!child)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_find((uint32_t)child, &tgid), PROCESS_NONE);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(process_find((uint32_t)child, &tgid), PROCESS_NONE);
}

static int told[2], hold[2];

/* Tells its id, and stays until it is let go. */
static void *stay(void *arg)
{
	uint32_t tid = (uint32_t)syscall(SYS_gettid);
	char byte;

	if (write(told[1], &tid, sizeof(tid)) != sizeof(tid) || read(hold[0], &byte, 1) < 0)
		_exit(1);
	return arg;
}

static void a_thread_is_none_but_has_one(void **state)
{
	uint32_t tid, tgid = 0;
	pthread_t thread;

	(void)state;
	demand_initial_namespace();
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pthread_create(&thread, NULL, stay, NULL), 0);
	assert_int_equal(read(told[0], &tid, sizeof(tid)), sizeof(tid));
	assert_int_equal(process_find(tid, &tgid), PROCESS_THREAD);
	assert_int_equal(tgid, getpid());
	assert_int_equal(write(hold[1], "", 1), 1);
	pthread_join(thread, NULL);
}

/* Its leader is a zombie, but it runs on. */
static void a_process_without_its_leader_runs(void **state)
{
	pthread_t thread;
	uint32_t tid, tgid;
	pid_t child;

	(void)state;
	demand_initial_namespace();
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(hold), 0);
	child = fork();
	if (!child) {
		if (pthread_create(&thread, NULL, stay, NULL))
			_exit(1);
		syscall(SYS_exit, 0); /* of this thread alone */
	}
	assert_int_equal(read(told[0], &tid, sizeof(tid)), sizeof(tid));
	assert_int_equal(process_find((uint32_t)child, &tgid), PROCESS_RUNS);
	assert_int_equal(write(hold[1], "", 1), 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(process_find((uint32_t)child, &tgid), PROCESS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_runs),
		cmocka_unit_test(what_is_not_there_is_none),
		cmocka_unit_test(a_thread_is_none_but_has_one),
		cmocka_unit_test(a_process_without_its_leader_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
