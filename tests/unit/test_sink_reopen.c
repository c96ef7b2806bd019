// SPDX-License-Identifier: MIT
/* A file is opened anew, whatever state the old one is in. */
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

static void after_a_rename_and_reopen_lines_go_to_the_new_file(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	/* Until the reopen, to the old one. */
	put_lines(100, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	put_lines(200, 100);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	put_lines(300, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.other, 0, 200);
	assert_file(t.path, 200, 400);
}

static void after_a_failed_reopen_the_old_file_stays_in_use(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(mkdir(t.path, 0700), 0);
	put_lines(10, 10);
	assert_int_equal(sink_reopen(t.sink), -EISDIR);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.other, 0, 20);
	/* And the next attempt may succeed. */
	assert_int_equal(rmdir(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	put_lines(20, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 20, 30);
}

/* Sick files */

/* Lines [first, 110) go to the new file, of which 100 to 110 are new. */
static void assert_new_file(unsigned int first)
{
	put_lines(100, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, first, 110);
}

static void a_torn_line_is_taken_back_from_a_full_file(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_TAKEN_BACK);
	assert_file(t.other, 0, whole);
	limit_file_size(RLIM_INFINITY);
	assert_new_file(whole);
}

static void a_full_file_that_is_deleted_does_not_keep_the_new_one_from_being_made(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	assert_int_equal(unlink(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_TAKEN_BACK);
	limit_file_size(RLIM_INFINITY);
	assert_new_file(whole_lines());
}

static void a_torn_line_that_can_not_be_taken_back_is_written_whole_as_well(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	limit_file_size(RLIM_INFINITY);
	append_to_file(t.path, "someone else's\n");
	limit_file_size(1000);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_TORN);
	limit_file_size(RLIM_INFINITY);
	assert_new_file(whole);
	read_file(t.other);
	assert_int_equal(t.len, 1000 + strlen("someone else's\n"));
}

static void without_a_torn_line_the_new_file_just_goes_on(void **state)
{
	char line[LINE_MAX_BYTES];
	size_t len = 0;

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		len += make_line(line, i);
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	limit_file_size(len);
	put_lines(0, 100);
	assert_int_equal(sink_flush(t.sink), -EFBIG);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	limit_file_size(RLIM_INFINITY);
	assert_file(t.other, 0, 10);
	assert_new_file(10);
}

static void a_torn_line_of_the_same_file_is_gone_on_with(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	limit_file_size(RLIM_INFINITY);
	assert_new_file(0);
}

static void a_torn_line_of_the_same_file_can_still_be_taken_back(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	discard(whole, 100 - whole);
	assert_file(t.path, 0, whole);
}

static void while_the_new_file_can_not_be_opened_a_torn_line_stays(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(mkdir(t.path, 0700), 0);
	assert_int_equal(sink_reopen(t.sink), -EISDIR);
	read_file(t.other);
	assert_int_equal(t.len, 1000);
	assert_int_equal(rmdir(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_TAKEN_BACK);
	limit_file_size(RLIM_INFINITY);
	assert_new_file(whole);
}

/* FIFOs */

static void a_half_written_line_is_ended_in_the_old_file(void **state)
{
	size_t torn_at;
	unsigned int next;

	(void)state;
	open_fifo();
	tear_a_line(300);
	torn_at = t.len;
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	put_lines(300, 10);
	assert_int_equal(sink_flush(t.sink), 0);

	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > torn_at && t.len < torn_at + LINE_MAX_BYTES);
	next = assert_lines(t.text, t.len, 0);
	assert_file(t.path, next, 310);
}

/* Its reader may never go on. */
static void a_reopen_does_not_wait_for_a_full_fifo(void **state)
{
	unsigned int next;

	(void)state;
	open_fifo();
	assert_int_equal(put_lines(0, 300), 300);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_TORN);
	assert_int_equal(sink_flush(t.sink), 0);

	read_some(t.reader, SIZE_MAX);
	while (t.text[t.len - 1] != '\n')
		t.len--;
	next = assert_lines(t.text, t.len, 0);
	assert_true(next < 300);
	assert_file(t.path, next, 300);
}

static void a_reopen_of_the_same_fifo_goes_on_with_the_line(void **state)
{
	(void)state;
	open_fifo();
	tear_a_line(300);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	while (sink_pending(t.sink)) {
		assert_int_equal(sink_flush(t.sink), 0);
		read_some(t.reader, SIZE_MAX);
	}
	assert_int_equal(assert_lines(t.text, t.len, 0), 300);
}

static void a_line_torn_in_a_fifo_that_nobody_reads_is_written_whole(void **state)
{
	unsigned int next;

	(void)state;
	open_fifo();
	tear_a_line(300);
	while (t.text[t.len - 1] != '\n')
		t.len--;
	next = assert_lines(t.text, t.len, 0);
	close(t.reader);
	t.reader = -1;
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	assert_int_equal(unlink(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_TORN);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, next, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(after_a_rename_and_reopen_lines_go_to_the_new_file),
		row(after_a_failed_reopen_the_old_file_stays_in_use),
		row(a_torn_line_is_taken_back_from_a_full_file),
		row(a_full_file_that_is_deleted_does_not_keep_the_new_one_from_being_made),
		row(a_torn_line_that_can_not_be_taken_back_is_written_whole_as_well),
		row(without_a_torn_line_the_new_file_just_goes_on),
		row(a_torn_line_of_the_same_file_is_gone_on_with),
		row(a_torn_line_of_the_same_file_can_still_be_taken_back),
		row(while_the_new_file_can_not_be_opened_a_torn_line_stays),
		row(a_half_written_line_is_ended_in_the_old_file),
		row(a_reopen_does_not_wait_for_a_full_fifo),
		row(a_reopen_of_the_same_fifo_goes_on_with_the_line),
		row(a_line_torn_in_a_fifo_that_nobody_reads_is_written_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
