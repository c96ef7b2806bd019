// SPDX-License-Identifier: MIT
/* The side that writes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/frame.h"
#include "unit/store_fixture.h"
#include "util/clock.h"

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static const char *directory_of(const char *boot)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", t.dir, boot);
	return path;
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* Its group reads it, and everybody comes to it, whatever the umask of who began it. */
static void modes_are_those_that_are_promised(void **state)
{
	char parent[sizeof(t.dir)], path[sizeof(t.dir) + 16];
	mode_t mask = umask(077);

	(void)state;
	strcpy(parent, t.dir);
	strcat(t.dir, "/in/store");
	open_store(BOOT);
	append_lines(1, 10);
	close_store();
	umask(mask);
	assert_int_equal(mode_of(t.dir), 0750);
	assert_int_equal(mode_of(directory_of(BOOT)), 0750);
	assert_int_equal(mode_of(path_of(BOOT, 1)), 0640);
	snprintf(path, sizeof(path), "%s/lock", t.dir);
	assert_int_equal(mode_of(path), 0640);
	snprintf(path, sizeof(path), "%s/in", parent);
	assert_int_equal(mode_of(path), 0755);
	strcpy(t.dir, parent);
}

/* The lines of all segments from there on, by zstdcat: the next seq. */
static uint64_t assert_zstdcat(const char *boot, uint64_t first)
{
	char command[256], *line = NULL, expected[STORE_LINE_MAX];
	size_t cap = 0;
	FILE *lines;

	snprintf(command, sizeof(command), "zstdcat %s/%s/*.zst", t.dir, boot);
	lines = popen(command, "r");
	assert_non_null(lines);
	for (; getline(&line, &cap, lines) > 0; first++) {
		expected[make_line(expected, first)] = 0;
		assert_string_equal(line, expected);
	}
	assert_int_equal(pclose(lines), 0);
	free(line);
	return first;
}

static void lines_are_there_for_zstdcat(void **state)
{
	(void)state;
	open_store(BOOT);
	assert_int_equal(store_next_seq(t.store), 1);
	append_lines(1, 1235);
	assert_int_equal(store_next_seq(t.store), 1235);
	assert_int_equal(store_counts(t.store).written, 1000);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_counts(t.store).written, 1234);
	assert_int_equal(store_counts(t.store).oldest_ns, TIME_OF(1));
	assert_int_equal(store_counts(t.store).segments, 1);
	assert_int_equal(store_counts(t.store).bytes, size_of(path_of(BOOT, 1)));
	assert_int_equal(assert_zstdcat(BOOT, 1), 1235);
	close_store();
	assert_int_equal(assert_zstdcat(BOOT, 1), 1235);
}

static void many_lines_are_taken_at_once_and_a_part_of_one_is_not(void **state)
{
	char *lines = malloc(2000 * STORE_LINE_MAX);
	size_t size = 0, part;

	(void)state;
	open_store(BOOT);
	for (uint64_t seq = 1; seq <= 1700; seq++)
		size += make_line(lines + size, seq);
	part = make_line(lines + size, 1701) - 1;
	assert_int_equal(store_append(t.store, lines, size + part), size);
	assert_int_equal(store_append(t.store, lines + size, part), -EINVAL);
	assert_int_equal(store_append(t.store, lines, size), -EINVAL); /* seqs of before */
	assert_int_equal(store_append(t.store, lines + size, part + 1), part + 1);
	assert_int_equal(store_append(t.store, "no\n", 3), -EINVAL);
	close_store();
	assert_int_equal(assert_zstdcat(BOOT, 1), 1702);
	free(lines);
}

static void seqs_go_on_over_restarts_and_begin_anew_with_a_boot(void **state)
{
	(void)state;
	for (uint64_t seq = 1; seq < 3000; seq += 700) {
		open_store(BOOT);
		assert_int_equal(store_next_seq(t.store), seq);
		append_lines(seq, seq + 700);
		close_store();
	}
	assert_int_equal(assert_zstdcat(BOOT, 1), 3501);
	open_store(BOOT2);
	assert_int_equal(store_next_seq(t.store), 1);
	assert_int_equal(store_counts(t.store).torn_bytes, 0);
}

static void remove_all(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
}

/* What is removed while it is written is counted, once, and what comes then is there. */
static void what_is_removed_is_counted_and_another_begun(void **state)
{
	struct store_dropped lost;

	(void)state;
	open_store(BOOT);
	append_lines(1, 11);
	assert_int_equal(store_flush(t.store), 0);
	remove_all(path_of(BOOT, 1));
	append_lines(11, 21);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_counts(t.store).removed, 10);
	assert_int_equal(assert_zstdcat(BOOT, 11), 21);
	assert_true(store_take_dropped(t.store, &lost));
	assert_int_equal(lost.first_seq, 1);
	assert_int_equal(lost.last_seq, 10);
	append_lines(21, 31);
	assert_int_equal(store_flush(t.store), 0);
	/* With its directory, and the lock. */
	remove_all(directory_of("lock"));
	remove_all(directory_of(BOOT));
	append_lines(31, 41);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_counts(t.store).removed, 30);
	assert_true(is_there(directory_of("lock")));
	assert_int_equal(store_counts(t.store).dropped, 0);
	assert_int_equal(store_counts(t.store).written, 40);
	assert_int_equal(store_counts(t.store).segments, 1);
	assert_int_equal(assert_zstdcat(BOOT, 31), 41);
	assert_int_equal(store_sync_error(t.store), 0);
	/* With the store's own directory, nothing can be begun. */
	remove_all(t.dir);
	append_lines(41, 51);
	assert_int_equal(store_flush(t.store), -ENOENT);
	assert_int_equal(store_counts(t.store).removed, 40);
	assert_int_equal(store_counts(t.store).written, 40);
}

static void a_segment_ends_by_size_and_by_age(void **state)
{
	(void)state;
	t.limits.segment_max = 20000;
	open_store(BOOT);
	append_lines(1, 5001);
	close_store();
	assert_int_equal(assert_zstdcat(BOOT, 1), 5001);
	assert_in_range(size_of(path_of(BOOT, 1)), 10000, 20000 + FRAME_INDEX_MAX);
	t.limits.segment_max = 0;
	t.limits.segment_age_ns = 10 * NSEC_PER_SEC; /* 10,000 lines */
	open_store(BOOT);
	append_lines(5001, 25001);
	close_store();
	assert_true(is_there(path_of(BOOT, 5001)));
	assert_true(is_there(path_of(BOOT, 15001)));
	assert_int_equal(assert_zstdcat(BOOT, 1), 25001);
}

static void the_bound_holds_and_tells_what_went(void **state)
{
	struct store_dropped dropped;
	uint64_t events = 0;

	(void)state;
	t.limits.size_max = 400000;
	open_store(BOOT2);
	append_lines(1, 3001);
	close_store();
	open_store(BOOT);
	for (uint64_t seq = 1; seq < 30001; seq += 500) {
		append_lines(seq, seq + 500);
		assert_in_range(store_counts(t.store).bytes, 0, t.limits.size_max);
	}
	assert_true(store_take_dropped(t.store, &dropped));
	assert_string_equal(dropped.boot, BOOT2);
	assert_int_equal(dropped.first_seq, 1);
	assert_int_equal(dropped.last_seq, 3000);
	assert_int_equal(dropped.events, 3000);
	events = dropped.events;
	assert_true(store_take_dropped(t.store, &dropped));
	assert_string_equal(dropped.boot, BOOT);
	assert_int_equal(dropped.first_seq, 1);
	assert_int_equal(dropped.last_seq, dropped.events);
	assert_int_equal(store_counts(t.store).dropped, events + dropped.events);
	assert_int_equal(store_counts(t.store).oldest_ns, TIME_OF(dropped.last_seq + 1));
	assert_false(store_take_dropped(t.store, &dropped));
	close_store();
	assert_false(is_there(path_of(BOOT, 1)));
	assert_int_equal(assert_zstdcat(BOOT, dropped.last_seq + 1), 30001);
	assert_false(is_there(directory_of(BOOT2)));
}

static void a_second_writer_is_told_of_the_first(void **state)
{
	struct error error = {0};
	char pid[32];
	int status;

	(void)state;
	open_store(BOOT);
	snprintf(pid, sizeof(pid), "process %d ", getpid());
	if (!fork()) {
		struct store *second;
		int err = store_open(t.dir, BOOT, &t.limits, &second, &error);

		_exit(err == -EBUSY && strstr(error.text, pid) && strstr(error.text, t.dir) ? 0
											    : 1);
	}
	wait(&status);
	assert_int_equal(status, 0);
	append_lines(1, 10);
}

static void links_below_it_are_not_followed(void **state)
{
	struct error error = {0};
	const char *path = directory_of(BOOT);

	(void)state;
	assert_int_equal(symlink("/tmp", path), 0);
	assert_true(store_open(t.dir, BOOT, &t.limits, &t.store, &error) < 0);
	assert_non_null(strstr(error.text, BOOT));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(symlink("/etc/passwd", path_of(BOOT, 1)), 0);
	open_store(BOOT);
	assert_int_equal(store_counts(t.store).segments, 0);
	append_lines(1, 10);
	assert_int_equal(store_flush(t.store), -EEXIST);
	assert_int_equal(unlink(path_of(BOOT, 1)), 0);
	assert_int_equal(store_flush(t.store), 0);
}

static void what_is_no_boot_or_no_directory_is_refused(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(store_open(t.dir, "../x", &t.limits, &t.store, &error), -EINVAL);
	assert_int_equal(store_open(t.dir, "", &t.limits, &t.store, &error), -EINVAL);
	assert_int_equal(store_open("/dev/null", BOOT, &t.limits, &t.store, &error), -ENOTDIR);
	assert_non_null(strstr(error.text, "/dev/null"));
}

static void a_file_that_takes_no_more_is_cut_back_and_lines_are_kept(void **state)
{
	char line[STORE_LINE_MAX];
	uint64_t whole;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	open_store(BOOT);
	append_lines(1, 501);
	whole = size_of(path_of(BOOT, 1));
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){whole + 1000, RLIM_INFINITY});
	append_lines(501, 1001);
	assert_int_equal(store_append(t.store, line, make_line(line, 1001)), -EFBIG);
	assert_int_equal(store_flush(t.store), -EFBIG);
	assert_int_equal(size_of(path_of(BOOT, 1)), whole);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	append_lines(1001, 1010);
	close_store();
	assert_int_equal(assert_zstdcat(BOOT, 1), 1010);
}

/* A tail of that many bytes is cut off, or zeroed, or a byte of it is another. */
static void tear(uint64_t first_seq, uint64_t keep, char how)
{
	size_t size;
	char *data = read_whole(path_of(BOOT, first_seq), &size);

	assert_in_range(keep, 0, size - 1);
	if (how == 'z')
		memset(data + keep, 0, size - keep);
	else if (how == 'x')
		data[keep] ^= 1;
	write_whole(path_of(BOOT, first_seq), data, how == 'c' ? keep : size);
	free(data);
}

static void a_torn_end_is_cut_and_counted(void **state)
{
	static const char ways[] = "czx";
	uint64_t sizes[3], seq = 1, torn_bytes;

	(void)state;
	for (const char *way = ways; *way; way++, seq += 1500) {
		open_store(BOOT);
		for (int i = 0; i < 3; i++) {
			append_lines(seq + (uint64_t)i * 500, seq + (uint64_t)i * 500 + 500);
			sizes[i] = size_of(path_of(BOOT, seq));
		}
		close_store();
		/* In the content of the third frame: its index still tells what is lost. */
		tear(seq, sizes[1] + FRAME_INDEX_MAX + 1000, *way);
		torn_bytes = size_of(path_of(BOOT, seq)) - sizes[1];
		/* Of a segment that was closed, the sums say that it was whole: not so here. */
		open_store(BOOT);
		if (*way != 'x') {
			assert_int_equal(store_counts(t.store).torn, 500);
			assert_int_equal(store_counts(t.store).torn_bytes, torn_bytes);
			assert_int_equal(size_of(path_of(BOOT, seq)), sizes[1]);
		}
		assert_int_equal(store_next_seq(t.store), seq + 1500);
		close_store();
	}
}

static void what_has_no_whole_frame_is_removed(void **state)
{
	(void)state;
	open_store(BOOT);
	append_lines(1, 501);
	close_store();
	tear(1, 50, 'c');
	open_store(BOOT);
	assert_int_equal(store_next_seq(t.store), 1);
	assert_int_equal(store_counts(t.store).torn_bytes, 50);
	assert_false(is_there(path_of(BOOT, 1)));
	append_lines(1, 501);
	close_store();
	assert_int_equal(assert_zstdcat(BOOT, 1), 501);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_row(modes_are_those_that_are_promised),
		store_row(lines_are_there_for_zstdcat),
		store_row(many_lines_are_taken_at_once_and_a_part_of_one_is_not),
		store_row(seqs_go_on_over_restarts_and_begin_anew_with_a_boot),
		store_row(what_is_removed_is_counted_and_another_begun),
		store_row(a_segment_ends_by_size_and_by_age),
		store_row(the_bound_holds_and_tells_what_went),
		store_row(a_second_writer_is_told_of_the_first),
		store_row(links_below_it_are_not_followed),
		store_row(what_is_no_boot_or_no_directory_is_refused),
		store_row(a_file_that_takes_no_more_is_cut_back_and_lines_are_kept),
		store_row(a_torn_end_is_cut_and_counted),
		store_row(what_has_no_whole_frame_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
