// SPDX-License-Identifier: MIT
/*
 * Who writes a store is killed, at each of its calls and in the midst of each write; calls fail;
 * the disk is full. This program is linked so that the store's calls are those of fate.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/reader.h"
#include "store/tag.h"
#include "unit/fate.h"
#include "unit/store_fixture.h"

/* Shared with a child: the seq up to which all is written, as far as it was told. */
static atomic_ullong *told;

/* A store of which the oldest segments go: each kind of call comes several times. */
#define LINES 5000

static void set_limits(void)
{
	t.limits = (struct store_limits){.segment_max = 15000, .size_max = 80000};
}

/* Reads all: lines are those that were written, and of these none lacks but the first. */
struct seen {
	uint64_t first, last;
	struct store_read read;
};

static struct seen read_store(void)
{
	static const struct store_query all;
	struct error error = {0};
	struct store_reader *reader;
	struct seen seen = {0};
	char expected[STORE_LINE_MAX];
	const char *line;
	struct tag tag;
	size_t size;

	assert_int_equal(store_reader_open(t.dir, &all, &reader, &error), 0);
	while (store_reader_next(reader, &line, &size) == 1) {
		assert_int_equal(tag_read(line, size, &tag), 0);
		assert_int_equal(size + 1, make_line(expected, tag.seq));
		assert_memory_equal(line, expected, size);
		assert_true(tag.seq > seen.last);
		seen.first = seen.first ? seen.first : tag.seq;
		seen.last = tag.seq;
	}
	seen.read = store_read(reader);
	store_reader_close(reader);
	return seen;
}

/* What is killed: writes, and tells what is written. */
static void write_lines(void)
{
	char line[STORE_LINE_MAX];

	open_store(BOOT);
	for (uint64_t seq = 1; seq <= LINES; seq++) {
		size_t size = make_line(line, seq);

		if (store_append(t.store, line, size) != (ssize_t)size)
			_exit(2);
		if (seq % 200 == 0 && store_flush(t.store))
			_exit(3);
		*told = store_counts(t.store).written;
	}
	close_store();
	*told = LINES;
}

/* Returns whether it was killed, at that call. */
static bool kill_at(unsigned int call, enum how how)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		fate.calls = 0;
		fate.at = call;
		fate.how = how;
		write_lines();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

/* All that was told to be written is there, and it can go on. */
static void assert_goes_on(void)
{
	struct store_counts counts;
	struct seen seen;
	uint64_t next;
	bool any;

	open_store(BOOT);
	next = store_next_seq(t.store);
	counts = store_counts(t.store);
	assert_true(next > *told);
	seen = read_store();
	assert_int_equal(seen.read.damaged, 0);
	assert_int_equal(seen.read.tail_bytes, 0);
	any = seen.last;
	if (any || *told)
		assert_int_equal(seen.last, next - 1 - counts.torn);
	append_lines(next, next + 600);
	close_store();
	seen = read_store();
	assert_int_equal(seen.last, next + 599);
	assert_int_equal(seen.read.damaged, 0);
	/* Before the first that is there, nobody knows of a gap. */
	assert_int_equal(seen.read.missing, any ? counts.torn : 0);
}

static void whoever_is_killed_at_any_call_leaves_whole_frames(void **state)
{
	unsigned int killed = 0;

	store_teardown(state); /* each time has a place of its own */
	for (enum how how = BEFORE; how <= HALF; how++)
		for (unsigned int call = 1;; call++) {
			bool was_killed;

			store_setup(state);
			set_limits();
			*told = 0;
			was_killed = kill_at(call, how);
			killed += was_killed;
			assert_goes_on();
			store_teardown(state);
			if (!was_killed)
				break;
		}
	print_message("killed %u times\n", killed);
	assert_true(killed > 3 * LINES / 500 * 2);
	store_setup(state);
}

/* Calls that fail */

/* Appends all, trying again what was refused. Returns how often it was. */
static unsigned int append_stubbornly(void)
{
	char line[STORE_LINE_MAX];
	unsigned int refused = 0;

	for (uint64_t seq = 1; seq <= LINES; seq++) {
		size_t size = make_line(line, seq);

		while (store_append(t.store, line, size) != (ssize_t)size)
			assert_true(++refused < 10);
		if (seq % 200 == 0)
			while (store_flush(t.store))
				assert_true(++refused < 10);
	}
	return refused;
}

static void await_error(int expected)
{
	int err;

	while (!(err = store_sync_error(t.store)))
		usleep(1000);
	assert_int_equal(err, expected);
}

static void no_call_that_fails_once_loses_a_line(void **state)
{
	static const int errors[] = {EIO, ENOSPC, EMFILE};
	unsigned int failed = 0;

	store_teardown(state);
	for (unsigned int call = 1;; call++) {
		struct seen seen;
		bool over;

		store_setup(state);
		set_limits();
		open_store(BOOT);
		fate.at = call;
		fate.how = FAILS;
		fate.error = errors[call % 3];
		fate.calls = 0;
		fate.of_other = false;
		append_stubbornly();
		if (fate.of_other)
			await_error(-fate.error);
		close_store();
		over = fate.calls < call;
		fate.at = 0;
		seen = read_store();
		assert_int_equal(seen.last, LINES);
		/* What cannot be removed stays, while what is behind it goes. */
		if (!fate.of_other)
			assert_int_equal(seen.read.missing, 0);
		assert_int_equal(seen.read.damaged, 0);
		store_teardown(state);
		if (over)
			break;
		failed++;
	}
	print_message("failed %u times\n", failed);
	assert_true(failed > LINES / 500 * 2);
	store_setup(state);
}

static void a_sync_that_fails_is_told(void **state)
{
	(void)state;
	open_store(BOOT);
	append_lines(1, 2);
	assert_int_equal(store_sync_error(t.store), 0);
	fate.calls = 0;
	fate.at = 1;
	fate.only = "fdatasync";
	fate.how = FAILS;
	fate.error = EIO;
	assert_int_equal(store_flush(t.store), 0);
	await_error(-EIO);
	fate.at = 0;
	fate.only = NULL;
	assert_int_equal(store_sync_error(t.store), 0);
}

/* Full disks */

static const char *ballast(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/ballast", t.dir);
	return path;
}

/* Takes what is left of the file system. */
static void fill(void)
{
	static const char block[4096];
	int fd = open(ballast(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, block, sizeof(block)) == sizeof(block))
		;
	close(fd);
}

/* The way of a store through a file system of 1 MiB: the oldest goes, as if that were the bound. */
static void overfill(void)
{
	struct store_dropped dropped;
	struct seen seen;
	uint64_t seq;
	char line[STORE_LINE_MAX];

	open_store(BOOT);
	append_lines(1, 80001);
	assert_true(store_take_dropped(t.store, &dropped));
	assert_int_equal(dropped.first_seq, 1);
	seen = read_store();
	assert_int_equal(seen.first, dropped.last_seq + 1);
	assert_int_equal(seen.last, 80000);
	assert_int_equal(seen.read.missing, 0);
	/* Others take all: what is old goes until nothing but the current segment is left. */
	fill();
	for (seq = 80001;; seq++) {
		ssize_t taken = store_append(t.store, line, make_line(line, seq));

		if (taken == -ENOSPC)
			break;
		assert_true(taken > 0);
		fill();
	}
	assert_int_equal(store_flush(t.store), -ENOSPC);
	assert_int_equal(store_counts(t.store).segments, 1);
	assert_int_equal(unlink(ballast()), 0);
	append_lines(seq, seq + 1000);
	close_store();
	seen = read_store();
	assert_int_equal(seen.last, seq + 999);
	assert_int_equal(seen.read.missing, 0);
	assert_int_equal(seen.read.damaged, 0);
}

/* In a mount namespace of its own, which only root has. */
static void a_full_disk_takes_the_oldest_and_no_line_that_was_taken(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("none", t.dir, "tmpfs", 0, "size=1m"))
			_exit(77);
		overfill();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skip: a full disk, as only root can mount one\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_row(whoever_is_killed_at_any_call_leaves_whole_frames),
		store_row(no_call_that_fails_once_loses_a_line),
		store_row(a_sync_that_fails_is_told),
		store_row(a_full_disk_takes_the_oldest_and_no_line_that_was_taken),
	};

	writer = pthread_self();
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
