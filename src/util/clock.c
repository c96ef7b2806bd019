// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "util/clock.h"

int64_t clock_boot_to_utc_ns(void)
{
	int64_t best = 0, best_width = INT64_MAX;

	/* The narrowest of a few readings: one can be interrupted between the two clocks. */
	for (int i = 0; i < 3; i++) {
		int64_t before = clock_now_ns(CLOCK_BOOTTIME);
		int64_t utc = clock_now_ns(CLOCK_REALTIME);
		int64_t after = clock_now_ns(CLOCK_BOOTTIME);

		if (after - before < best_width) {
			best_width = after - before;
			best = utc - (before + after) / 2;
		}
	}
	return best;
}

int clock_step_rearm(int fd)
{
	/* A timer that never expires: what counts is that setting the clock cancels it. */
	const struct itimerspec never = {.it_value = {.tv_sec = INT64_MAX / (int64_t)NSEC_PER_SEC}};
	uint64_t ignored;

	if (read(fd, &ignored, sizeof(ignored)) < 0 && errno != ECANCELED && errno != EAGAIN)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL))
		return -errno;
	return 0;
}

int clock_step_open(void)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = clock_step_rearm(fd);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}
