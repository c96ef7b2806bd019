// SPDX-License-Identifier: MIT
#include "engine/timer.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"

int timer_open(uint64_t first_ns, uint64_t interval_ns)
{
	struct itimerspec spec = {
		.it_value = {first_ns / NSEC_PER_SEC, first_ns % NSEC_PER_SEC},
		.it_interval = {interval_ns / NSEC_PER_SEC, interval_ns % NSEC_PER_SEC},
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, 0, &spec, NULL)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

uint64_t timer_expired(int fd)
{
	uint64_t times = 0;

	return read(fd, &times, sizeof(times)) == sizeof(times) ? times : 0;
}
