// SPDX-License-Identifier: MIT
/* Standard output, and who reads it: slowly, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/sink_fixture.h"
#include "util/array.h"

#define UNPRIVILEGED 65534 /* nobody */

/* Standard output is a pipe of one page, so that it is soon full. */
static void pipe_becomes_stdout(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) >= 4096);
	t.reader = fds[0];
	assert_int_equal(fcntl(t.reader, F_SETFL, O_NONBLOCK), 0);
	become_stdout(fds[1]);
}

static void socket_becomes_stdout(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	t.reader = fds[0];
	assert_int_equal(fcntl(t.reader, F_SETFL, O_NONBLOCK), 0);
	become_stdout(fds[1]);
}

static void standard_output_is_not_reopened(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	put_lines(0, 5);
	assert_int_equal(sink_reopen(t.sink), 0);
	assert_int_equal(sink_flush(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	assert_int_equal(assert_lines(t.text, t.len, 0), 5);
}

/* Slow readers of standard output */

/* Lines [0, n), until the sink refuses one: n. */
static unsigned int put_until_refused(void)
{
	unsigned int n = 0, done;

	do {
		done = put_lines(n, 100);
		n += done;
		assert_int_equal(sink_flush(t.sink), 0);
		assert_true(n < TEXT_MAX / LINE_MAX_BYTES * 2);
	} while (done == 100);
	/* The line written in part is kept whole. */
	assert_true(sink_pending(t.sink) > SINK_CAPACITY - 2 * LINE_MAX_BYTES);
	assert_null(sink_reserve(t.sink, LINE_MAX_BYTES));
	return n;
}

/*
 * Lines to a reader that takes nothing, until the sink refuses; then it reads, at first little at
 * a time. What was accepted arrives whole and in order.
 */
static void assert_slow_reader_is_not_waited_for(void)
{
	unsigned int n = put_until_refused(), before = n;

	for (int i = 0; i < 100; i++) {
		assert_true(read_some(t.reader, 10000) > 0);
		assert_int_equal(sink_flush(t.sink), 0);
		n += put_lines(n, 7);
	}
	/* What little room came free was used again. */
	assert_true(n > before);
	do
		assert_int_equal(sink_flush(t.sink), 0);
	while (read_some(t.reader, SIZE_MAX));
	assert_int_equal(sink_pending(t.sink), 0);
	assert_int_equal(assert_lines(t.text, t.len, 0), n);
}

/* O_NONBLOCK would be seen by whoever else has standard output. */
static void assert_stdout_still_blocks(void)
{
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

static void a_slow_reader_of_a_pipe_is_not_waited_for(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_stdout_still_blocks();
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

static void a_slow_reader_of_a_socket_is_not_waited_for(void **state)
{
	(void)state;
	socket_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

/* As someone who may not open the pipe that he was handed. */
static void open_stdout_unprivileged(void)
{
	bool root = geteuid() == 0;

	assert_int_equal(fchmod(STDOUT_FILENO, 0), 0);
	if (root)
		assert_int_equal(seteuid(UNPRIVILEGED), 0);
	assert_int_equal(open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	if (root)
		assert_int_equal(seteuid(0), 0);
	/* The leak sanitizer needs what the change of user took away. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void a_slow_reader_of_a_pipe_that_can_not_be_reopened_is_not_waited_for(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	open_stdout_unprivileged();
	assert_int_equal(sink_fd(t.sink), STDOUT_FILENO);
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

/* Errors of standard output */

static void a_closed_standard_output_is_an_error(void **state)
{
	int err;

	(void)state;
	close(STDOUT_FILENO);
	err = sink_open_stdout(&t.sink);
	dup2(t.stdout_fd, STDOUT_FILENO);
	assert_int_equal(err, -EBADF);
	assert_null(t.sink);
}

/* Opened a second time, it could be written to. */
static void a_standard_output_that_is_for_reading_is_an_error(void **state)
{
	(void)state;
	become_stdout(open("/dev/null", O_RDONLY | O_CLOEXEC));
	assert_int_equal(sink_open_stdout(&t.sink), -EBADF);
	assert_null(t.sink);
}

/* Lines that were written are gone with the reader, those that were not are all told. */
static void assert_epipe(void)
{
	put_lines(0, 3);
	assert_int_equal(sink_flush(t.sink), 0);
	close(t.reader);
	t.reader = -1;
	put_lines(3, 3);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	discard(3, 3);
}

static void a_pipe_that_nobody_reads_any_more_is_epipe(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_epipe();
}

static void a_pipe_that_nobody_read_from_the_start_is_epipe(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	close(t.reader);
	t.reader = -1;
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	put_lines(0, 3);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	discard(0, 3);
}

static void a_socket_that_nobody_reads_any_more_is_epipe_without_a_signal(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_DFL);
	socket_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_epipe();
}

static void standard_output_outlives_the_sink(void **state)
{
	static void (*const kinds[])(void) = {pipe_becomes_stdout, socket_becomes_stdout};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		kinds[i]();
		assert_int_equal(sink_open_stdout(&t.sink), 0);
		sink_close(t.sink);
		t.sink = NULL;
		assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
		close(t.reader);
		t.reader = -1;
	}
	sink_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(standard_output_is_not_reopened),
		row(a_slow_reader_of_a_pipe_is_not_waited_for),
		row(a_slow_reader_of_a_socket_is_not_waited_for),
		row(a_slow_reader_of_a_pipe_that_can_not_be_reopened_is_not_waited_for),
		row(a_closed_standard_output_is_an_error),
		row(a_standard_output_that_is_for_reading_is_an_error),
		row(a_pipe_that_nobody_reads_any_more_is_epipe),
		row(a_pipe_that_nobody_read_from_the_start_is_epipe),
		row(a_socket_that_nobody_reads_any_more_is_epipe_without_a_signal),
		row(standard_output_outlives_the_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
