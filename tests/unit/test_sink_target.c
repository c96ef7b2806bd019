// SPDX-License-Identifier: MIT
/*
 * A sink whose lines go to who takes them whole, and keeps them for a while. This program is linked
 * so that time passes when a test says so.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/target.h"
#include "sink/writer.h"
#include "unit/sink_fixture.h"

/* Who takes lines: what it has handed on, and what it keeps. */
struct taker {
	char *text; /* TEXT_MAX */
	size_t len, handed_on;
	uint64_t weight; /* of what is handed on: as put_lines() gives it */
	unsigned int lines, lines_handed_on;
	atomic_int append_error, flush_error;
	atomic_int flushes;
	bool closed;
};

static struct taker taker;

static atomic_ulong clock_ms = 1;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	unsigned long ms = clock_ms;

	(void)clock;
	*ret = (struct timespec){.tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000};
	return 0;
}

static ssize_t append(void *ctx, const char *lines, size_t size)
{
	struct taker *to = ctx;

	if (to->append_error)
		return to->append_error;
	/* Whole lines, and some, of which about half are taken. */
	assert_true(size > 0 && lines[size - 1] == '\n');
	size = (size_t)((char *)memchr(lines + size / 2, '\n', size - size / 2) + 1 - lines);
	assert_true(to->len + size <= TEXT_MAX);
	memcpy(to->text + to->len, lines, size);
	to->len += size;
	for (size_t i = 0; i < size; i++)
		to->lines += lines[i] == '\n';
	return (ssize_t)size;
}

static int flush(void *ctx)
{
	struct taker *to = ctx;

	to->flushes++;
	if (to->flush_error)
		return to->flush_error;
	to->handed_on = to->len;
	to->lines_handed_on = to->lines;
	return 0;
}

static uint64_t written(void *ctx)
{
	const struct taker *to = ctx;

	return weight_of_lines(0, to->lines_handed_on);
}

static void close_taker(void *ctx)
{
	((struct taker *)ctx)->closed = true;
}

static const struct sink_target target = {append, flush, written, close_taker};

static void open_sink(void)
{
	char *text = taker.text ? taker.text : malloc(TEXT_MAX);

	assert_non_null(text);
	taker = (struct taker){.text = text};
	assert_int_equal(sink_open_target(&target, &taker, &t.sink), 0);
}

static void assert_taken(unsigned int n)
{
	assert_int_equal(assert_lines(taker.text, taker.len, 0), n);
}

static void lines_are_taken_whole_and_handed_on_in_time(void **state)
{
	(void)state;
	open_sink();
	assert_true(sink_may_block(t.sink));
	assert_int_equal(sink_wait_ms(t.sink), -1);
	put_lines(0, 3000); /* more than one write is of */
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(sink_pending(t.sink), 0);
	assert_taken(3000);
	assert_int_equal(taker.flushes, 0);
	assert_int_equal(sink_written(t.sink), 0);
	assert_int_equal(sink_kept(t.sink), weight_of_lines(0, 3000));
	clock_ms += 199;
	assert_true(sink_wait_ms(t.sink) > 0);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(taker.flushes, 0);
	clock_ms += 1;
	assert_int_equal(sink_wait_ms(t.sink), 0);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(taker.flushes, 1);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 3000));
	assert_false(sink_keeps(t.sink));
	assert_int_equal(sink_wait_ms(t.sink), -1);
	sink_close(t.sink);
	t.sink = NULL;
	assert_true(taker.closed);
}

/* Round the end of the memory in which they wait as well. */
static void no_line_is_parted_whatever_was_refused(void **state)
{
	unsigned int next = 0;

	(void)state;
	open_sink();
	for (int i = 0; i < 8; i++) {
		taker.append_error = -ENOSPC;
		next += put_lines(next, i % 2 ? 700 : 30000);
		assert_int_equal(sink_flush(t.sink), -ENOSPC);
		taker.append_error = 0;
		assert_int_equal(sink_flush(t.sink), 0);
		assert_taken(next);
	}
	assert_int_equal(sink_finish(t.sink), 0);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, next));
}

static void what_was_taken_and_never_handed_on_is_given_up(void **state)
{
	(void)state;
	open_sink();
	put_lines(0, 100);
	assert_int_equal(sink_finish(t.sink), 0);
	put_lines(100, 50);
	taker.flush_error = -EIO;
	assert_int_equal(sink_finish(t.sink), -EIO);
	assert_int_equal(sink_pending(t.sink), 0);
	put_lines(150, 50);
	assert_int_equal(sink_discard(t.sink), weight_of_lines(100, 100));
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 100));
	assert_int_equal(sink_given_up(t.sink), weight_of_lines(100, 100));
	assert_int_equal(sink_discard(t.sink), 0);
	/* That it gets there after all changes nothing of what was told. */
	taker.flush_error = 0;
	put_lines(200, 1);
	assert_int_equal(sink_finish(t.sink), 0);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 100));
}

static void a_flush_that_was_refused_is_tried_again(void **state)
{
	(void)state;
	open_sink();
	put_lines(0, 10);
	taker.flush_error = -ENOSPC;
	assert_int_equal(sink_finish(t.sink), -ENOSPC);
	assert_true(sink_wait_ms(t.sink) > 0);
	assert_int_equal(sink_flush(t.sink), 0); /* not yet */
	clock_ms += 200;
	assert_int_equal(sink_flush(t.sink), -ENOSPC);
	taker.flush_error = 0;
	assert_int_equal(sink_finish(t.sink), 0);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 10));
}

/* And not at once, for as long as it lasts: the thread that writes would do nothing else. */
static void lines_that_were_refused_are_tried_again_in_time(void **state)
{
	(void)state;
	open_sink();
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	clock_ms += 200;
	put_lines(10, 10);
	taker.append_error = -ENOSPC;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sink_wait_ms(t.sink), 0);
		assert_int_equal(sink_flush(t.sink), -ENOSPC);
		assert_true(sink_wait_ms(t.sink) > 0);
		clock_ms += 200;
	}
	taker.append_error = 0;
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 20));
	assert_int_equal(sink_wait_ms(t.sink), -1);
}

/* The thread */

static struct writer *writer;

static void begin_writer(void)
{
	open_sink();
	assert_int_equal(writer_open(t.sink, 3000, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
	assert_int_equal(writer_fd(writer), -1);
}

static void end_writer(void)
{
	writer_close(writer);
	t.sink = NULL;
	assert_true(taker.closed);
}

static void the_thread_hands_on_without_being_asked_again(void **state)
{
	(void)state;
	begin_writer();
	put_lines(0, 10);
	writer_flush(writer);
	while (sink_pending(t.sink))
		usleep(1000);
	assert_int_equal(sink_written(t.sink), 0);
	clock_ms += 200;
	while (sink_written(t.sink) < weight_of_lines(0, 10))
		usleep(1000);
	assert_int_equal(taker.flushes, 1);
	assert_false(sink_keeps(t.sink));
	end_writer();
	assert_taken(10);
}

static void at_the_end_nothing_is_kept(void **state)
{
	(void)state;
	begin_writer();
	put_lines(0, 10);
	writer_flush(writer);
	while (sink_pending(t.sink))
		usleep(1000);
	assert_true(writer_finish(writer));
	assert_false(sink_keeps(t.sink));
	assert_int_equal(taker.handed_on, taker.len);
	writer_reopen(writer); /* there is nothing to open anew */
	assert_true(writer_finish(writer));
	put_lines(10, 10);
	assert_true(writer_finish(writer));
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 20));
	end_writer();
	assert_taken(20);
}

static void an_error_of_handing_on_is_told(void **state)
{
	(void)state;
	begin_writer();
	taker.flush_error = -ENOSPC;
	put_lines(0, 10);
	assert_true(writer_finish(writer));
	assert_int_equal(writer_tell(writer).error, -ENOSPC);
	assert_int_equal(writer_discard(writer), weight_of_lines(0, 10));
	end_writer();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(lines_are_taken_whole_and_handed_on_in_time),
		row(no_line_is_parted_whatever_was_refused),
		row(what_was_taken_and_never_handed_on_is_given_up),
		row(a_flush_that_was_refused_is_tried_again),
		row(lines_that_were_refused_are_tried_again_in_time),
		row(the_thread_hands_on_without_being_asked_again),
		row(at_the_end_nothing_is_kept),
		row(an_error_of_handing_on_is_told),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(taker.text);
	return failed;
}
