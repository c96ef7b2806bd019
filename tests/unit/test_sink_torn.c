// SPDX-License-Identifier: MIT
/* Full disks, and lines that could be written in part only. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/sink_fixture.h"

/* Full disks */

/* What a full device refuses is kept, may be tried again, and is told when given up. */
static void assert_full(void)
{
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), -ENOSPC);
	put_lines(10, 10);
	assert_int_equal(sink_flush(t.sink), -ENOSPC);
	discard(0, 20);
	discard(20, 0);
}

static void a_full_disk_is_enospc_and_lines_are_kept_until_discarded(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file("/dev/full", &t.sink), 0);
	assert_full();
}

static void a_full_disk_behind_standard_output_is_the_same(void **state)
{
	(void)state;
	become_stdout(open("/dev/full", O_WRONLY | O_CLOEXEC));
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_full();
}

static void lines_refused_by_a_full_disk_are_written_once_there_is_room(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	limit_file_size(1000);
	put_lines(0, 100);
	assert_int_equal(sink_flush(t.sink), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	put_lines(100, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, 200);
}

static void a_half_written_line_is_taken_back_when_discarded(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	discard(whole, 100 - whole);
	assert_file(t.path, 0, whole);
	/* And the file can be written again, right behind the last whole line. */
	limit_file_size(RLIM_INFINITY);
	put_lines(whole, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, whole + 10);
}

static void a_line_written_in_many_parts_is_taken_back_whole(void **state)
{
	char line[LINE_MAX_BYTES];
	size_t len = make_line(line, 0) + make_line(line, 1);

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 10), 10);
	for (size_t torn = 1; torn < make_line(line, 2); torn += 2) {
		limit_file_size(len + torn);
		assert_int_equal(sink_flush(t.sink), -EFBIG);
	}
	discard(2, 8);
	assert_file(t.path, 0, 2);
}

/* `tpconnect > file`: without O_APPEND, the next write goes where the descriptor stands. */
static void a_half_written_line_is_taken_back_from_standard_output(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	become_stdout(open(t.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	fill_file();
	discard(whole, 100 - whole);
	assert_file(t.path, 0, whole);
	limit_file_size(RLIM_INFINITY);
	put_lines(whole, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, whole + 10);
}

static void what_another_program_appended_is_not_taken_back(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	limit_file_size(RLIM_INFINITY);
	append_to_file(t.path, "someone else's\n");
	discard(whole, 100 - whole);
	read_file(t.path);
	/* And what comes next will be a line of its own. */
	assert_int_equal(t.len, 1000 + strlen("someone else's\n\n"));
	assert_memory_equal(t.text + 1000, "someone else's\n\n", strlen("someone else's\n\n"));
}

/* Full FIFOs */

/* Nothing can be taken back from a pipe; but the line that follows must be a line of its own. */
static void a_line_after_a_half_written_one_that_stays_is_a_line_of_its_own(void **state)
{
	unsigned int first;
	char next[LINE_MAX_BYTES];
	size_t len = make_line(next, 300);

	(void)state;
	open_fifo();
	tear_a_line(300);
	while (t.text[t.len - 1] != '\n')
		t.len--;
	first = assert_lines(t.text, t.len, 0);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, first));
	assert_int_equal(sink_discard(t.sink), weight_of_lines(first, 300 - first));

	t.len = 0;
	put_lines(300, 1);
	assert_int_equal(sink_flush(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > len);
	assert_memory_equal(t.text + t.len - len, next, len);
	assert_int_equal(t.text[t.len - len - 1], '\n');
}

/* What ends the half written line does not fit either: nobody reads, and that shows. */
static void what_ends_a_half_written_line_is_no_progress_where_it_does_not_fit(void **state)
{
	(void)state;
	open_fifo();
	assert_int_equal(put_lines(0, 300), 300);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_true(sink_has_progressed(t.sink));
	sink_discard(t.sink);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_true(sink_is_blocked(t.sink));
	assert_false(sink_has_progressed(t.sink));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_full_disk_is_enospc_and_lines_are_kept_until_discarded),
		row(a_full_disk_behind_standard_output_is_the_same),
		row(lines_refused_by_a_full_disk_are_written_once_there_is_room),
		row(a_half_written_line_is_taken_back_when_discarded),
		row(a_line_written_in_many_parts_is_taken_back_whole),
		row(a_half_written_line_is_taken_back_from_standard_output),
		row(what_another_program_appended_is_not_taken_back),
		row(a_line_after_a_half_written_one_that_stays_is_a_line_of_its_own),
		row(what_ends_a_half_written_line_is_no_progress_where_it_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
