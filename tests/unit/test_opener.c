// SPDX-License-Identifier: MIT
/* The process that opens one file anew: what it opens, and what it can do besides. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confine/syscalls.h"
#include "sink/file.h"
#include "sink/opener.h"
#include "sink/sink.h"
#include "unit/tree.h"

static struct tree tree;
static char path[64], other[64];
static struct opener *opener;

/* What the opener opens in the place of its path, once that is set; NULL: its path. */
static const char *instead;

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

int __wrap_open64(const char *name, int flags, ...)
{
	return __real_open64(instead ? instead : name, flags, 0600);
}

static int make(void **state)
{
	(void)state;
	tree_make(&tree);
	snprintf(path, sizeof(path), "%s/record", tree.root);
	snprintf(other, sizeof(other), "%s/other", tree.root);
	opener = NULL;
	instead = NULL;
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	opener_stop(opener);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	tree_remove(&tree);
	return 0;
}

static pid_t opener_pid(void)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	int pid = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	return pid;
}

static void a_file_is_opened_again_and_again(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(opener_start(path, &opener), 0);
	for (int i = 0; i < 3; i++) {
		fd = opener_open(opener);
		assert_true(fd >= 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(write(fd, "line\n", 5), 5);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(st.st_size, 5);
		close(fd);
		assert_int_equal(rename(path, other), 0);
	}
}

static void what_is_refused_is_told(void **state)
{
	(void)state;
	assert_int_equal(opener_start(path, &opener), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(opener_open(opener), -FILE_IS_LINK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(opener_open(opener), -EISDIR);
}

static void a_name_of_a_descriptor_is_this_process_s(void **state)
{
	char name[32], got[8];
	int fds[2], fd;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", fds[1]);
	assert_int_equal(opener_start(name, &opener), 0);
	fd = opener_open(opener);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "line\n", 5), 5);
	assert_int_equal(read(fds[0], got, sizeof(got)), 5);
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

static void when_it_has_ended_that_is_told(void **state)
{
	(void)state;
	assert_int_equal(opener_start(path, &opener), 0);
	kill(opener_pid(), SIGKILL);
	assert_int_equal(opener_open(opener), -FILE_OPENER_GONE);
	assert_non_null(strstr(sink_strerror(-FILE_OPENER_GONE), "has ended"));
}

static void no_other_path_can_be_opened(void **state)
{
	(void)state;
	if (SYSCALLS_FREE) {
		print_message("skip: system calls are not restricted in a sanitized build\n");
		skip();
	}
	instead = other;
	assert_int_equal(opener_start(path, &opener), 0);
	assert_int_equal(opener_open(opener), -EPERM);
	assert_int_equal(access(other, F_OK), -1);
}

static void it_has_no_right_but_to_open(void **state)
{
	unsigned long long capabilities = ~0ull;
	int no_new = 0, seccomp = 0, fd;
	char name[64], line[256];
	FILE *file;

	(void)state;
	assert_int_equal(opener_start(path, &opener), 0);
	fd = opener_open(opener); /* so it has begun */
	assert_true(fd >= 0);
	close(fd);
	snprintf(name, sizeof(name), "/proc/%d/status", opener_pid());
	file = fopen(name, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "CapPrm: %llx", &capabilities);
		sscanf(line, "NoNewPrivs: %d", &no_new);
		sscanf(line, "Seccomp: %d", &seccomp);
	}
	fclose(file);
	assert_int_equal(capabilities & ~(1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH),
			 0);
	assert_int_equal(no_new, 1);
	assert_int_equal(seccomp, SYSCALLS_FREE ? 0 : 2);
}

static void a_sink_has_it_open_its_file(void **state)
{
	struct sink *sink;
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(path, &sink), 0);
	assert_int_equal(sink_keep_opener(sink), 0);
	assert_int_equal(rename(path, other), 0);
	/* This process itself would go elsewhere. */
	instead = "/dev/null/nowhere";
	assert_int_equal(sink_reopen(sink), SINK_LEFT_WHOLE);
	instead = NULL;
	line = sink_reserve(sink, 10);
	assert_non_null(line);
	buffer_literal(line, "line\n");
	assert_true(sink_commit(sink, 1));
	assert_int_equal(sink_flush(sink), 0);
	assert_int_equal(access(path, F_OK), 0);
	sink_close(sink);
}

#define row(test) cmocka_unit_test_setup_teardown(test, make, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_file_is_opened_again_and_again),
		row(what_is_refused_is_told),
		row(a_name_of_a_descriptor_is_this_process_s),
		row(when_it_has_ended_that_is_told),
		row(no_other_path_can_be_opened),
		row(it_has_no_right_but_to_open),
		row(a_sink_has_it_open_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
