// SPDX-License-Identifier: MIT
/*
 * Who writes, and that nobody waits for it. This program is linked so that write(2) and open(2) of
 * the sink's (which meson makes open64) are the ones below, which hang for as long as a test holds
 * the gate; and so that the clock can be put forward.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/writer.h"
#include "unit/sink_fixture.h"
#include "util/clock.h"

/* Of who gives up what hangs, and of all others, however busy the host is. */
#define PATIENCE_MS	 100
#define LONG_PATIENCE_MS 3000

/* Nothing that must not wait takes longer, however busy the host is. */
#define AT_ONCE_MS 10000

static struct writer *writer;
static int patience_ms = LONG_PATIENCE_MS;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int hanging;
static uint64_t clock_ahead_ms;
static struct timespec clock_stands; /* there, if it is set */
/* Of this thread's next write: before it knows what came of that. */
static _Thread_local void (*after_write)(void);

static void pass_gate(void)
{
	hanging++;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	hanging--;
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
	ssize_t done;

	pass_gate();
	done = __real_write(fd, bytes, n);
	if (after_write)
		after_write();
	after_write = NULL;
	return done;
}

int __wrap_open64(const char *path, int flags, ...)
{
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	pass_gate();
	return __real_open64(path, flags, mode);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	int err = __real_clock_gettime(clock, ret);
	uint64_t ms = (uint64_t)ret->tv_nsec / 1000000 + clock_ahead_ms;

	if (clock_stands.tv_sec) {
		*ret = clock_stands;
		return 0;
	}
	ret->tv_sec += (time_t)(ms / 1000);
	ret->tv_nsec = (long)(ms % 1000) * 1000000 + ret->tv_nsec % 1000000;
	return err;
}

static void pass_ms(unsigned int ms)
{
	clock_ahead_ms += ms;
}

/* From now on, until let_go(), whoever writes or opens hangs. */
static void hang(void)
{
	pthread_mutex_lock(&gate);
}

static void let_go(void)
{
	pthread_mutex_unlock(&gate);
}

static void await_hanging(void)
{
	while (!hanging)
		usleep(1000);
}

static void open_writer(void)
{
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
}

/* Once it is closed, so is the file; but not if the thread has it still. */
static void close_and_expect(bool closed)
{
	int fd = sink_fd(t.sink);

	writer_close(writer);
	writer = NULL;
	t.sink = NULL;
	patience_ms = LONG_PATIENCE_MS;
	assert_int_equal(fcntl(fd, F_GETFD) < 0, closed && fd != STDOUT_FILENO);
}

static void close_writer(void)
{
	close_and_expect(true);
}

static struct writer_report await_report(bool (*is)(const struct writer_report *report))
{
	struct writer_report report = writer_tell(writer);

	while (!is(&report)) {
		usleep(1000);
		report = writer_tell(writer);
	}
	return report;
}

static bool is_reopened(const struct writer_report *report)
{
	return report->reopened;
}

static bool is_error(const struct writer_report *report)
{
	return report->error;
}

static bool is_late(const struct writer_report *report)
{
	return report->late;
}

static uint64_t now_ms(void)
{
	return clock_now_ns(CLOCK_MONOTONIC) / 1000000;
}

/* With a thread */

static void what_is_asked_for_is_written(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(writer_fd(writer), -1);
	put_lines(0, 100);
	writer_flush(writer);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, 100);
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, 100));
	assert_int_equal(writer_tell(writer).error, 0);
	assert_int_equal(writer_discard(writer), 0);
	close_writer();
}

static void lines_that_come_while_others_are_written_are_all_there(void **state)
{
	unsigned int n = 0;

	(void)state;
	open_writer();
	while (n < 20000) {
		n += put_lines(n, 100);
		writer_flush(writer);
		assert_int_equal(writer_tell(writer).error, 0);
		assert_true(sink_written(t.sink) <= weight_of_lines(0, n));
	}
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, n);
	close_writer();
}

/* The first 100 lines are being written, which hangs. Lines until there is no room; returns how
 * many. */
static unsigned int fill_up(void)
{
	unsigned int n, done;

	n = put_lines(0, 100);
	hang();
	writer_flush(writer);
	await_hanging();
	do {
		done = put_lines(n, 100);
		n += done;
		writer_flush(writer);
	} while (done == 100);
	assert_null(sink_reserve(t.sink, LINE_MAX_BYTES));
	return n;
}

static unsigned int hang_and_fill_up(void)
{
	open_writer();
	return fill_up();
}

static void a_write_that_hangs_for_a_while_is_not_waited_for(void **state)
{
	unsigned int n;

	(void)state;
	n = hang_and_fill_up();
	assert_true(n > 1000);
	await_report(is_late);
	let_go();
	assert_true(writer_finish(writer));
	n += put_lines(n, 100);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, n);
	assert_false(writer_tell(writer).late);
	close_writer();
}

/*
 * A report may be larger than the sink. The clock stands, as a busy host may leave the thread
 * waiting for longer than patience lasts.
 */
static void who_waits_has_room_again(void **state)
{
	unsigned int n = 0;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &clock_stands);
	open_writer();
	assert_false(writer_is_busy(writer));
	while (n < 60000)
		if (put_lines(n, 1))
			n++;
		else
			assert_true(writer_wait(writer));
	assert_true(writer_finish(writer));
	assert_false(writer_is_busy(writer));
	assert_file(t.path, 0, n);
	close_writer();
	clock_stands = (struct timespec){0};
}

/* Lines until there is no room. Whoever waits until there is, waits for nothing. */
static void assert_nobody_waits(void)
{
	uint64_t begin = now_ms();
	unsigned int n = 0;

	while (put_lines(n, 100) == 100)
		n += 100;
	while (writer_wait(writer))
		assert_true(now_ms() - begin < AT_ONCE_MS);
	assert_false(writer_is_busy(writer));
	writer_discard(writer);
}

static void nobody_waits_for_a_disk_that_is_full_or_a_pipe_that_nobody_reads(void **state)
{
	(void)state;
	open_writer();
	limit_file_size(1000);
	assert_nobody_waits();
	limit_file_size(RLIM_INFINITY);
	close_writer();
	assert_int_equal(unlink(t.path), 0);
	open_fifo();
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
	assert_nobody_waits();
	close_writer();
}

static void nobody_waits_for_long_for_a_write_that_hangs(void **state)
{
	uint64_t begin = now_ms();

	(void)state;
	hang_and_fill_up();
	while (writer_wait(writer))
		assert_true(now_ms() - begin < AT_ONCE_MS);
	assert_false(writer_is_busy(writer));
	let_go();
	assert_true(writer_finish(writer));
	close_writer();
}

/* The loop looks ten times a second. Who has not looked for longer was stopped, thread and all. */
static void a_stop_of_the_whole_program_is_no_write_that_hangs(void **state)
{
	(void)state;
	hang_and_fill_up();
	writer_tell(writer);
	pass_ms(10000);
	assert_false(writer_tell(writer).late);
	/* A little more than who waits for room has patience for. */
	pass_ms(251);
	assert_true(writer_is_busy(writer));
	do
		pass_ms(100);
	while (!writer_tell(writer).late);
	let_go();
	assert_true(writer_finish(writer));
	close_writer();
}

/*
 * A full disk refuses at once. Each look comes right behind a question that the thread is still at:
 * that it came back meanwhile is what counts.
 */
static void a_write_that_is_refused_is_none_that_hangs(void **state)
{
	(void)state;
	open_writer();
	limit_file_size(1000);
	put_lines(0, 100);
	for (unsigned int i = 0; i < 100; i++) {
		hang();
		writer_flush(writer);
		await_hanging();
		pass_ms(100);
		assert_false(writer_tell(writer).late);
		let_go();
		while (hanging)
			usleep(1000);
	}
	limit_file_size(RLIM_INFINITY);
	assert_true(writer_finish(writer));
	close_writer();
}

/* Nor is it at anything before it is given something. */
static void patience_begins_with_what_is_asked_for(void **state)
{
	(void)state;
	open_writer();
	assert_false(writer_tell(writer).late);
	pass_ms(150);
	fill_up();
	assert_true(writer_is_busy(writer));
	/* Longer than a look, and as long again. */
	pass_ms(99);
	assert_true(writer_is_busy(writer));
	pass_ms(99);
	assert_true(writer_is_busy(writer));
	pass_ms(99);
	assert_false(writer_is_busy(writer));
	let_go();
	assert_true(writer_finish(writer));
	close_writer();
}

static void a_write_that_hangs_for_ever_is_given_up(void **state)
{
	/* What a thread still has is no leak. */
	static struct writer *given_up;
	uint64_t begin = now_ms();
	unsigned int n;

	(void)state;
	patience_ms = PATIENCE_MS;
	n = hang_and_fill_up();
	given_up = writer;
	assert_false(writer_finish(writer));
	assert_true(now_ms() - begin >= PATIENCE_MS);
	assert_int_equal(writer_discard(writer), weight_of_lines(0, n));
	assert_int_equal(sink_written(t.sink), 0);
	assert_int_equal(sink_pending(t.sink), 0);
	/* What hangs may still be read from memory, where nothing else must be written. */
	assert_null(sink_reserve(t.sink, 1));
	assert_false(writer_finish(writer));
	assert_int_equal(writer_discard(writer), 0);
	close_and_expect(false);
	assert_true(now_ms() - begin < AT_ONCE_MS);
	let_go();
	/* As lines that are half written: that they are counted as lost is all that can be said. */
	while (hanging)
		usleep(1000);
	assert_non_null(given_up);
}

static void abandon(void)
{
	assert_int_equal(sink_abandon(t.sink), weight_of_lines(0, 100));
}

/* That they are in the file nobody knew when they were counted as lost; they are counted once. */
static void lines_given_up_just_as_they_are_written_are_lost(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 100);
	after_write = abandon;
	assert_int_equal(sink_flush(t.sink), 0);
	assert_null(after_write);
	assert_int_equal(sink_pending(t.sink), 0);
	assert_int_equal(sink_written(t.sink), 0);
	assert_int_equal(sink_lines(t.sink), 0);
	/* As the thread does that comes back, and is asked to give up what there is no more. */
	assert_int_equal(sink_discard(t.sink), 0);
	assert_int_equal(sink_given_up(t.sink), weight_of_lines(0, 100));
	assert_file(t.path, 0, 100);
}

static void lines_that_the_thread_gave_up_just_before_are_counted_once(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 100);
	assert_int_equal(sink_discard(t.sink), weight_of_lines(0, 100));
	assert_int_equal(sink_abandon(t.sink), 0);
	assert_int_equal(sink_given_up(t.sink), weight_of_lines(0, 100));
}

/* Opened anew */

static void what_came_before_goes_to_the_old_file_and_the_rest_to_the_new_one(void **state)
{
	struct writer_report report;

	(void)state;
	open_writer();
	put_lines(0, 100);
	assert_int_equal(rename(t.path, t.other), 0);
	writer_reopen(writer);
	put_lines(100, 100);
	report = await_report(is_reopened);
	assert_int_equal(report.left, SINK_LEFT_WHOLE);
	assert_false(report.readable);
	assert_true(writer_finish(writer));
	assert_file(t.other, 0, 100);
	assert_file(t.path, 100, 200);
	close_writer();
}

static void an_old_file_that_hangs_does_not_hold_up_who_asks_for_a_new_one(void **state)
{
	(void)state;
	open_writer();
	put_lines(0, 100);
	hang();
	writer_flush(writer);
	await_hanging();
	put_lines(100, 100);
	assert_int_equal(rename(t.path, t.other), 0);
	writer_reopen(writer);
	put_lines(200, 100);
	writer_flush(writer);
	assert_false(writer_tell(writer).reopened);
	let_go();
	await_report(is_reopened);
	assert_true(writer_finish(writer));
	assert_file(t.other, 0, 200);
	assert_file(t.path, 200, 300);
	close_writer();
}

static void an_open_that_hangs_holds_up_nobody_either(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(rename(t.path, t.other), 0);
	hang();
	writer_reopen(writer);
	await_hanging();
	put_lines(0, 100);
	writer_flush(writer);
	assert_false(writer_tell(writer).reopened);
	let_go();
	await_report(is_reopened);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, 100);
	close_writer();
}

static void a_file_that_can_not_be_opened_anew_is_told_and_the_old_one_stays(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(mkdir(t.path, 0700), 0);
	writer_reopen(writer);
	put_lines(0, 10);
	assert_int_equal(await_report(is_reopened).left, -EISDIR);
	assert_true(writer_finish(writer));
	assert_file(t.other, 0, 10);
	assert_false(writer_tell(writer).reopened);
	close_writer();
}

static void that_others_can_read_the_new_file_is_told(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(rename(t.path, t.other), 0);
	append_to_file(t.path, "000000 \n");
	assert_int_equal(chmod(t.path, 0644), 0);
	writer_reopen(writer);
	assert_true(await_report(is_reopened).readable);
	close_writer();
}

/* Sick files */

static void an_error_is_told_and_what_was_refused_is_written_later(void **state)
{
	(void)state;
	open_writer();
	limit_file_size(1000);
	put_lines(0, 100);
	writer_flush(writer);
	assert_int_equal(await_report(is_error).error, -EFBIG);
	assert_true(writer_finish(writer)); /* that it is refused is an answer */
	limit_file_size(RLIM_INFINITY);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, 100);
	close_writer();
}

static void lines_that_are_refused_are_given_up_and_none_is_left_in_part(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	open_writer();
	limit_file_size(1000);
	put_lines(0, 100);
	assert_true(writer_finish(writer));
	assert_int_equal(writer_discard(writer), weight_of_lines(whole, 100 - whole));
	assert_int_equal(sink_written(t.sink), weight_of_lines(0, whole));
	assert_int_equal(sink_lines(t.sink), whole);
	limit_file_size(RLIM_INFINITY);
	put_lines(whole, 1);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, whole + 1);
	close_writer();
}

static void fifo_writer(void)
{
	open_fifo();
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
}

static void a_fifo_is_written_to_as_it_is_read(void **state)
{
	(void)state;
	fifo_writer();
	put_lines(0, 1000);
	writer_flush(writer); /* once: that there is room again, the thread sees by itself */
	while (sink_pending(t.sink))
		read_some(t.reader, SIZE_MAX);
	assert_true(writer_finish(writer));
	read_some(t.reader, SIZE_MAX);
	assert_int_equal(assert_lines(t.text, t.len, 0), 1000);
	close_writer();
}

static void a_fifo_that_nobody_goes_on_to_read_is_given_up_in_time(void **state)
{
	uint64_t begin = now_ms(), written;

	(void)state;
	patience_ms = 10 * PATIENCE_MS; /* of a thread as well that has to wait for a CPU */
	fifo_writer();
	put_lines(0, 1000);
	for (int i = 0; i < 20; i++)
		assert_true(writer_finish(writer)); /* the thread does come back */
	/* Once it was waited for. */
	assert_in_range(now_ms() - begin, 10 * PATIENCE_MS, AT_ONCE_MS - 1);
	written = sink_written(t.sink);
	assert_true(written > 0);
	assert_int_equal(writer_discard(writer), weight_of_lines(0, 1000) - written);
	close_writer();
}

/* In any state of its descriptor. */
static void assert_sleeps(void)
{
	uint64_t begin;

	usleep(10000); /* what it is at may come to its end */
	begin = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	usleep(100000);
	assert_true(clock_now_ns(CLOCK_PROCESS_CPUTIME_ID) - begin < 50000000);
}

static void a_thread_with_nothing_to_do_takes_no_time(void **state)
{
	(void)state;
	fifo_writer();
	assert_sleeps();
	put_lines(0, 1000);
	writer_flush(writer);
	assert_sleeps(); /* the FIFO is full */
	writer_discard(writer);
	writer_flush(writer);
	assert_sleeps();
	read_some(t.reader, SIZE_MAX);
	writer_reopen(writer);
	await_report(is_reopened);
	assert_sleeps();
	close(t.reader);
	t.reader = -1;
	assert_int_equal(await_report(is_error).error, -EPIPE);
	assert_sleeps();
	close_writer();
}

static void that_nobody_reads_a_fifo_any_more_is_told_without_a_write(void **state)
{
	(void)state;
	fifo_writer();
	close(t.reader);
	t.reader = -1;
	assert_int_equal(await_report(is_error).error, -EPIPE);
	assert_int_equal(unlink(t.path), 0);
	writer_reopen(writer);
	await_report(is_reopened);
	put_lines(0, 10);
	assert_true(writer_finish(writer));
	assert_file(t.path, 0, 10);
	close_writer();
}

/* Who reads after another has gone away is waited for as the first one is. */
static void a_fifo_that_has_a_reader_again_is_written_to_as_it_is_read(void **state)
{
	(void)state;
	fifo_writer();
	close(t.reader);
	t.reader = -1;
	assert_int_equal(await_report(is_error).error, -EPIPE);
	t.reader = open(t.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(t.reader >= 0);
	put_lines(0, 1000);
	writer_flush(writer); /* once */
	for (uint64_t begin = now_ms(); sink_pending(t.sink) && now_ms() - begin < AT_ONCE_MS;)
		read_some(t.reader, SIZE_MAX);
	assert_int_equal(sink_pending(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	assert_int_equal(assert_lines(t.text, t.len, 0), 1000);
	/* That this one goes away is told as well. */
	close(t.reader);
	t.reader = -1;
	assert_int_equal(await_report(is_error).error, -EPIPE);
	assert_sleeps();
	close_writer();
}

/* Before there is a thread */

static int n_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int n = -2; /* . and .. */

	assert_non_null(tasks);
	while (readdir(tasks))
		n++;
	closedir(tasks);
	return n;
}

/* A sanitizer may have a thread of its own. */
static void no_thread_is_there_until_it_is_begun(void **state)
{
	int before = n_threads();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(n_threads(), before);
	put_lines(0, 10);
	writer_flush(writer);
	assert_int_equal(sink_pending(t.sink), 0);
	put_lines(10, 10);
	assert_int_equal(writer_begin(writer), 0);
	assert_int_equal(writer_begin(writer), 0);
	assert_int_equal(n_threads(), before + 1);
	assert_int_equal(writer_fd(writer), -1);
	assert_true(writer_finish(writer));
	assert_int_equal(sink_pending(t.sink), 0);
	close_writer();
	assert_file(t.path, 0, 20);
}

static void what_never_began_is_closed_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	put_lines(0, 10);
	assert_int_equal(writer_discard(writer), weight_of_lines(0, 10));
	close_writer();
	assert_file(t.path, 0, 0);
}

/* Without a thread */

static void pipe_writer(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) >= 4096);
	t.reader = fds[0];
	assert_int_equal(fcntl(t.reader, F_SETFL, O_NONBLOCK), 0);
	become_stdout(fds[1]);
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
	assert_int_equal(writer_fd(writer), sink_fd(t.sink));
}

static void a_pipe_is_written_to_at_once(void **state)
{
	(void)state;
	pipe_writer();
	put_lines(0, 10);
	writer_flush(writer);
	read_some(t.reader, SIZE_MAX);
	assert_int_equal(assert_lines(t.text, t.len, 0), 10);
	writer_reopen(writer);
	assert_false(writer_tell(writer).reopened);
	close_writer();
}

static void a_pipe_that_nobody_goes_on_to_read_is_given_up_in_time(void **state)
{
	uint64_t begin = now_ms(), written;

	(void)state;
	patience_ms = PATIENCE_MS;
	pipe_writer();
	put_lines(0, 1000);
	for (int i = 0; i < 20; i++)
		assert_true(writer_finish(writer));
	assert_in_range(now_ms() - begin, PATIENCE_MS, AT_ONCE_MS - 1);
	written = sink_written(t.sink);
	assert_int_equal(writer_discard(writer), weight_of_lines(0, 1000) - written);
	close_writer();
}

static void a_pipe_that_nobody_reads_is_an_error(void **state)
{
	(void)state;
	pipe_writer();
	close(t.reader);
	t.reader = -1;
	put_lines(0, 3);
	assert_true(writer_finish(writer));
	assert_int_equal(writer_tell(writer).error, -EPIPE);
	assert_int_equal(writer_tell(writer).error, 0); /* once */
	assert_int_equal(writer_discard(writer), weight_of_lines(0, 3));
	close_writer();
}

static void standard_output_that_is_a_file_has_a_thread(void **state)
{
	(void)state;
	become_stdout(open(t.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_int_equal(writer_open(t.sink, patience_ms, &writer), 0);
	assert_int_equal(writer_begin(writer), 0);
	assert_int_equal(writer_fd(writer), -1);
	put_lines(0, 10);
	writer_reopen(writer); /* is not: it has no name */
	assert_true(writer_finish(writer));
	assert_int_equal(writer_tell(writer).left, 0);
	assert_file(t.path, 0, 10);
	close_writer();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(what_is_asked_for_is_written),
		row(lines_that_come_while_others_are_written_are_all_there),
		row(a_write_that_hangs_for_a_while_is_not_waited_for),
		row(who_waits_has_room_again),
		row(nobody_waits_for_a_disk_that_is_full_or_a_pipe_that_nobody_reads),
		row(nobody_waits_for_long_for_a_write_that_hangs),
		row(a_write_that_is_refused_is_none_that_hangs),
		row(a_stop_of_the_whole_program_is_no_write_that_hangs),
		row(patience_begins_with_what_is_asked_for),
		row(a_write_that_hangs_for_ever_is_given_up),
		row(lines_given_up_just_as_they_are_written_are_lost),
		row(lines_that_the_thread_gave_up_just_before_are_counted_once),
		row(what_came_before_goes_to_the_old_file_and_the_rest_to_the_new_one),
		row(an_old_file_that_hangs_does_not_hold_up_who_asks_for_a_new_one),
		row(an_open_that_hangs_holds_up_nobody_either),
		row(a_file_that_can_not_be_opened_anew_is_told_and_the_old_one_stays),
		row(that_others_can_read_the_new_file_is_told),
		row(an_error_is_told_and_what_was_refused_is_written_later),
		row(lines_that_are_refused_are_given_up_and_none_is_left_in_part),
		row(a_fifo_is_written_to_as_it_is_read),
		row(a_fifo_that_nobody_goes_on_to_read_is_given_up_in_time),
		row(a_thread_with_nothing_to_do_takes_no_time),
		row(that_nobody_reads_a_fifo_any_more_is_told_without_a_write),
		row(a_fifo_that_has_a_reader_again_is_written_to_as_it_is_read),
		row(no_thread_is_there_until_it_is_begun),
		row(what_never_began_is_closed_as_it_is),
		row(a_pipe_is_written_to_at_once),
		row(a_pipe_that_nobody_goes_on_to_read_is_given_up_in_time),
		row(a_pipe_that_nobody_reads_is_an_error),
		row(standard_output_that_is_a_file_has_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
