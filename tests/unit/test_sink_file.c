// SPDX-License-Identifier: MIT
/* Files: to open, to write, to open again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/sink_fixture.h"

/* Files */

static void a_file_is_appended_to(void **state)
{
	(void)state;
	append_to_file(t.path, "000000 \n");
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(1, 10), 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(sink_pending(t.sink), 0);
	assert_file(t.path, 0, 11);
}

static void a_file_that_can_not_be_opened_is_an_error(void **state)
{
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s/no/such", t.dir);
	assert_int_equal(sink_open_file(path, &t.sink), -ENOENT);
	assert_int_equal(sink_open_file(t.dir, &t.sink), -EISDIR);
	/* A FIFO that nobody reads: to open it must not wait either. */
	assert_int_equal(mkfifo(t.path, 0600), 0);
	assert_int_equal(sink_open_file(t.path, &t.sink), -ENXIO);
	assert_null(t.sink);
}

static void nothing_is_written_before_a_flush(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 3), 3);
	assert_true(sink_pending(t.sink) > 0);
	assert_file(t.path, 0, 0);
}

static void what_is_reserved_and_not_committed_is_not_written(void **state)
{
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 1), 1);
	line = sink_reserve(t.sink, LINE_MAX_BYTES);
	assert_non_null(line);
	buffer_puts(line, "never mind");
	assert_int_equal(put_lines(1, 1), 1);
	/* A commit that follows no reserve has nothing to keep. */
	assert_true(sink_commit(t.sink, 7));
	assert_int_equal(sink_lines(t.sink), 2);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, 2);
}

static void a_reserved_line_has_the_room_asked_for_and_no_more(void **state)
{
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	line = sink_reserve(t.sink, 10);
	assert_int_equal(line->cap, 10);
	assert_int_equal(line->len, 0);
	buffer_puts(line, "0123456789");
	assert_false(line->overflow);
	buffer_putc(line, 'x');
	assert_true(line->overflow);
	assert_non_null(sink_reserve(t.sink, SINK_CAPACITY));
	assert_null(sink_reserve(t.sink, SINK_CAPACITY + 1));
}

/* It would run into the next, and count as written. */
static void a_line_that_does_not_fit_is_dropped_whole(void **state)
{
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 1), 1);
	line = sink_reserve(t.sink, 10);
	assert_non_null(line);
	buffer_puts(line, "key=");
	buffer_puts(line, "a value of some length");
	buffer_puts(line, "\n");
	assert_false(sink_commit(t.sink, 1000));
	assert_int_equal(put_lines(1, 1), 1);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, 2);
	assert_int_equal(sink_lines(t.sink), 2);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 2));
}

static void much_is_worth_a_write_and_little_is_not(void **state)
{
	unsigned int n = 0;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_false(sink_wants_flush(t.sink));
	assert_int_equal(put_lines(n++, 1), 1);
	assert_false(sink_wants_flush(t.sink));
	while (!sink_wants_flush(t.sink))
		assert_int_equal(put_lines(n++, 1), 1);
	assert_true(sink_pending(t.sink) < SINK_CAPACITY / 2);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_false(sink_wants_flush(t.sink));
	assert_file(t.path, 0, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_file_is_appended_to),
		row(a_file_that_can_not_be_opened_is_an_error),
		row(nothing_is_written_before_a_flush),
		row(what_is_reserved_and_not_committed_is_not_written),
		row(a_reserved_line_has_the_room_asked_for_and_no_more),
		row(a_line_that_does_not_fit_is_dropped_whole),
		row(much_is_worth_a_write_and_little_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
