// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/clock.h"

static void the_distance_of_the_clocks_is_that_of_both_read_now(void **state)
{
	int64_t distance = clock_boot_to_utc_ns();
	int64_t utc = (int64_t)clock_now_ns(CLOCK_REALTIME);
	int64_t boot = (int64_t)clock_now_ns(CLOCK_BOOTTIME);

	(void)state;
	/* A busy machine may stop us between any two of the readings. */
	assert_true(llabs(distance - (utc - boot)) < (int64_t)NSEC_PER_SEC);
}

static void a_clock_counts_nanoseconds(void **state)
{
	uint64_t before = clock_now_ns(CLOCK_MONOTONIC);

	(void)state;
	usleep(2000);
	assert_in_range(clock_now_ns(CLOCK_MONOTONIC) - before, 2 * NSEC_PER_MSEC,
			10 * NSEC_PER_SEC);
}

/* Nobody sets the clock here: it must neither wait, nor be ready, nor be a command's as well. */
static void a_step_of_the_clock_is_waited_for_without_waiting(void **state)
{
	int fd = clock_step_open();
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(clock_step_rearm(fd), 0);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	close(fd);
	assert_true(clock_step_rearm(fd) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_distance_of_the_clocks_is_that_of_both_read_now),
		cmocka_unit_test(a_clock_counts_nanoseconds),
		cmocka_unit_test(a_step_of_the_clock_is_waited_for_without_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
