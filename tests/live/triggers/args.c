// SPDX-License-Identifier: MIT
/*
 * A process whose arguments are not what they were, and that makes an attempt which is refused.
 * Usage: args HOW ADDR PORT FILE [ARG...]; it waits until there is this FILE. HOW:
 *   keep    they are as they were
 *   change  it has written over them
 *   drop    it has given back the pages that they were in
 *   none    it has told the kernel that there are none
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "trigger.h"

#define SKIPPED_2  " %*s %*s"
#define SKIPPED_16 SKIPPED_2 SKIPPED_2 SKIPPED_2 SKIPPED_2 SKIPPED_2 SKIPPED_2 SKIPPED_2 SKIPPED_2
#define SKIPPED_22 SKIPPED_16 SKIPPED_2 SKIPPED_2 SKIPPED_2

#define POLL_US	      5000
#define AWAIT_SECONDS 60

/* From the first argument's first byte to behind the last one's NUL. */
static char *begin, *end;

static void keep(void)
{
}

static void change(void)
{
	memset(begin, 'X', end - begin - 1);
}

/* Of the stack: what lies below them is in use, but the first thread only waits. */
static void drop(void)
{
	uintptr_t page = sysconf(_SC_PAGESIZE), from = (uintptr_t)begin / page * page;
	uintptr_t until = ((uintptr_t)end + page - 1) / page * page;

	if (madvise((void *)from, until - from, MADV_DONTNEED))
		die("MADV_DONTNEED");
}

/* Where the parts of its memory are: fields 26 to 51 of /proc/PID/stat, without 29 to 44. */
static struct prctl_mm_map memory_map(void)
{
	struct prctl_mm_map map = {.brk = (uintptr_t)sbrk(0), .exe_fd = -1};
	FILE *stat = fopen("/proc/self/stat", "re");

	if (!stat || fscanf(stat,
			    "%*d (%*[^)]) %*c" SKIPPED_22 " %llu %llu %llu" SKIPPED_16
			    " %llu %llu %llu %llu %llu %llu %llu",
			    &map.start_code, &map.end_code, &map.start_stack, &map.start_data,
			    &map.end_data, &map.start_brk, &map.arg_start, &map.arg_end,
			    &map.env_start, &map.env_end) != 10)
		die("/proc/self/stat");
	fclose(stat);
	return map;
}

/* For the others of PR_SET_MM, a privilege is needed. */
static void have_none(void)
{
	struct prctl_mm_map map = memory_map();

	map.arg_end = map.arg_start;
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0))
		unable("PR_SET_MM_MAP");
}

static const struct {
	const char *name;
	void (*function)(void);
} hows[] = {{"keep", keep}, {"change", change}, {"drop", drop}, {"none", have_none}};

static void (*find_how(const char *name))(void)
{
	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (!strcmp(hows[i].name, name))
			return hows[i].function;
	die("there is no %s", name);
}

static void await_path(const char *path)
{
	for (int left = AWAIT_SECONDS * (1000000 / POLL_US); access(path, F_OK); left--) {
		if (!left)
			die("there is no %s", path);
		usleep(POLL_US);
	}
}

/* Nothing of it is on the first thread's stack. */
static struct target target;
static void (*how)(void);

static void *attempt(void *unused)
{
	int fd;

	(void)unused;
	how();
	fd = socket_for(&target, 0);
	demand("connect", connect_to(fd, &target) ? errno : 0, ECONNREFUSED);
	expect_result(fd, &target, ECONNREFUSED);
	_exit(0);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 5)
		die("usage: args HOW ADDR PORT FILE [ARG...]");
	how = find_how(argv[1]);
	target = target_parse(argv[2], argv[3], false);
	begin = argv[0];
	end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	await_path(argv[4]);
	if (pthread_create(&thread, NULL, attempt, NULL))
		die("pthread_create");
	pthread_join(thread, NULL);
}
