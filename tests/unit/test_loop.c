// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/loop.h"

/* A pipe, and how often the loop has called for it; with the number of the call among all. */
struct pipe_source {
	int read_fd, write_fd;
	unsigned int calls, *order, turn;
	short revents;
};

static void on_ready(void *ctx, short revents)
{
	struct pipe_source *source = ctx;

	source->calls++;
	source->turn = ++*source->order;
	source->revents = revents;
}

static struct pipe_source open_pipe(unsigned int *order)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	return (struct pipe_source){.read_fd = fds[0], .write_fd = fds[1], .order = order};
}

static void close_pipe(struct pipe_source *source)
{
	close(source->read_fd);
	if (source->write_fd >= 0)
		close(source->write_fd);
}

static void what_is_ready_is_served_in_the_order_of_adding(void **state)
{
	unsigned int order = 0;
	struct pipe_source first = open_pipe(&order), idle = open_pipe(&order),
			   last = open_pipe(&order);
	struct loop loop = {0};

	(void)state;
	assert_int_equal(loop_add(&loop, first.read_fd, POLLIN, on_ready, &first), 0);
	assert_int_equal(loop_add(&loop, idle.read_fd, POLLIN, on_ready, &idle), 1);
	assert_int_equal(loop_add(&loop, last.read_fd, POLLIN, on_ready, &last), 2);
	assert_int_equal(write(last.write_fd, "x", 1), 1);
	assert_int_equal(write(first.write_fd, "x", 1), 1);
	assert_int_equal(loop_wait(&loop, -1), 0);
	assert_true(loop_is_ready(&loop, 0));
	assert_false(loop_is_ready(&loop, 1));
	loop_serve(&loop);
	assert_int_equal(first.turn, 1);
	assert_int_equal(last.turn, 2);
	assert_int_equal(idle.calls, 0);
	close_pipe(&first);
	close_pipe(&idle);
	close_pipe(&last);
}

static void a_source_is_served_once_a_wait(void **state)
{
	unsigned int order = 0;
	struct pipe_source source = open_pipe(&order);
	struct loop loop = {0};

	(void)state;
	loop_add(&loop, source.read_fd, POLLIN, on_ready, &source);
	assert_int_equal(write(source.write_fd, "x", 1), 1);
	loop_wait(&loop, -1);
	loop_serve(&loop);
	loop_serve(&loop);
	assert_int_equal(source.calls, 1);
	assert_false(loop_is_ready(&loop, 0));
	loop_wait(&loop, -1);
	loop_serve(&loop);
	assert_int_equal(source.calls, 2);
	close_pipe(&source);
}

static void what_is_not_watched_ends_no_waiting(void **state)
{
	unsigned int order = 0;
	struct pipe_source source = open_pipe(&order);
	struct loop loop = {0};

	(void)state;
	loop_add(&loop, -1, 0, on_ready, &source);
	assert_int_equal(write(source.write_fd, "x", 1), 1);
	assert_int_equal(loop_wait(&loop, 0), 0);
	loop_serve(&loop);
	assert_int_equal(source.calls, 0);
	loop_watch(&loop, 0, source.read_fd, POLLIN);
	loop_wait(&loop, -1);
	loop_serve(&loop);
	assert_int_equal(source.revents, POLLIN);
	close_pipe(&source);
}

/* A reader that has gone is told whatever is waited for. */
static void an_error_needs_no_asking(void **state)
{
	unsigned int order = 0;
	struct pipe_source source = open_pipe(&order);
	struct loop loop = {0};

	(void)state;
	loop_add(&loop, source.read_fd, 0, on_ready, &source);
	close(source.write_fd);
	source.write_fd = -1;
	loop_wait(&loop, -1);
	loop_serve(&loop);
	assert_int_equal(source.revents, POLLHUP);
	close_pipe(&source);
}

/* The first of two sources puts another descriptor in the place of the second. */
struct changer {
	struct loop *loop;
	int fd;
};

static void on_change(void *ctx, short revents)
{
	struct changer *changer = ctx;

	(void)revents;
	loop_watch(changer->loop, 1, changer->fd, POLLIN);
}

static void another_descriptor_is_not_ready_for_the_one_before(void **state)
{
	unsigned int order = 0;
	struct pipe_source before = open_pipe(&order), after = open_pipe(&order);
	struct loop loop = {0};
	struct changer changer = {&loop, after.read_fd};

	(void)state;
	loop_add(&loop, before.read_fd, POLLIN, on_change, &changer);
	loop_add(&loop, before.read_fd, POLLIN, on_ready, &before);
	assert_int_equal(write(before.write_fd, "x", 1), 1);
	loop_wait(&loop, -1);
	loop_serve(&loop);
	assert_int_equal(before.calls, 0);
	close_pipe(&before);
	close_pipe(&after);
}

static void a_source_without_callback_ends_the_waiting(void **state)
{
	unsigned int order = 0;
	struct pipe_source source = open_pipe(&order);
	struct loop loop = {0};

	(void)state;
	loop_add(&loop, source.read_fd, POLLIN, NULL, NULL);
	assert_int_equal(write(source.write_fd, "x", 1), 1);
	assert_int_equal(loop_wait(&loop, -1), 0);
	assert_true(loop_is_ready(&loop, 0));
	loop_serve(&loop);
	close_pipe(&source);
}

static void there_is_a_bound(void **state)
{
	struct loop loop = {0};

	(void)state;
	for (int i = 0; i < LOOP_SOURCES_MAX; i++)
		assert_int_equal(loop_add(&loop, -1, 0, NULL, NULL), i);
	assert_int_equal(loop_add(&loop, -1, 0, NULL, NULL), -ENOSPC);
	assert_int_equal(loop_wait(&loop, 0), 0);
}

static void on_alarm(int signo)
{
	(void)signo;
}

/* poll() leaves in place what it found before. */
static void an_interrupted_wait_finds_nothing(void **state)
{
	const struct itimerval soon = {.it_value.tv_usec = 10000};
	unsigned int order = 0;
	struct pipe_source source = open_pipe(&order);
	struct loop loop = {0};
	char byte;

	(void)state;
	loop_add(&loop, source.read_fd, POLLIN, on_ready, &source);
	assert_int_equal(write(source.write_fd, "x", 1), 1);
	loop_wait(&loop, -1);
	assert_int_equal(read(source.read_fd, &byte, 1), 1);
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(loop_wait(&loop, 5000), 0);
	assert_false(loop_is_ready(&loop, 0));
	close_pipe(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ready_is_served_in_the_order_of_adding),
		cmocka_unit_test(a_source_is_served_once_a_wait),
		cmocka_unit_test(what_is_not_watched_ends_no_waiting),
		cmocka_unit_test(an_error_needs_no_asking),
		cmocka_unit_test(another_descriptor_is_not_ready_for_the_one_before),
		cmocka_unit_test(a_source_without_callback_ends_the_waiting),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(an_interrupted_wait_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
