// SPDX-License-Identifier: MIT
#include "engine/wakeups.h"
#include "util/array.h"
#include "util/clock.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int timer_open(uint64_t first_ns, uint64_t interval_ns)
{
	struct itimerspec spec = {
		.it_value = {first_ns / NSEC_PER_SEC, first_ns % NSEC_PER_SEC},
		.it_interval = {interval_ns / NSEC_PER_SEC, interval_ns % NSEC_PER_SEC},
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && timerfd_settime(fd, 0, &spec, NULL)) {
		close(fd);
		return -1;
	}
	return fd;
}

int signals_open(sigset_t *old_mask, bool for_command)
{
	static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	static const int passed_on[] = {SIGQUIT, SIGUSR1, SIGUSR2};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		sigaddset(&mask, ours[i]);
	for (size_t i = 0; for_command && i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&mask, passed_on[i]);
	sigprocmask(SIG_BLOCK, &mask, old_mask);
	/* A closed pipe and a file at its limit are errors of write(2), no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}
