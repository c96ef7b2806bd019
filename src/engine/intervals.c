// SPDX-License-Identifier: MIT
#include "engine/intervals.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "engine/session.h"
#include "engine/timer.h"
#include "util/clock.h"

static void on_interval(void *ctx, short revents)
{
	struct interval *interval = ctx;

	(void)revents;
	if (timer_expired(interval->fd))
		interval->consumer->interval(interval->consumer->ctx, interval->session);
}

/* The first interval began with tracing, a little while ago. */
static int add(struct intervals *intervals, struct session *session,
	       const struct consumer *consumer, uint64_t begin_ns)
{
	struct interval *interval = &intervals->items[intervals->n];
	uint64_t due = begin_ns + consumer->interval_ns;
	uint64_t now = clock_now_ns(CLOCK_BOOTTIME);
	int fd;

	if (intervals->n == INTERVALS_MAX)
		return -ENOSPC;
	fd = timer_open(due > now ? due - now : 1, consumer->interval_ns);
	if (fd < 0)
		return fd;
	*interval = (struct interval){.session = session, .consumer = consumer, .fd = fd};
	intervals->n++;
	return loop_add(session_loop(session), fd, POLLIN, on_interval, interval);
}

static void on_limit(void *ctx, short revents)
{
	(void)revents;
	session_stop(ctx, STATUS_DONE);
}

static int add_limit(struct intervals *intervals, struct session *session, uint64_t duration_ns)
{
	int fd = timer_open(duration_ns, 0);

	if (fd < 0)
		return fd;
	intervals->limit_fd = fd;
	return loop_add(session_loop(session), fd, POLLIN, on_limit, session);
}

int intervals_open(struct intervals *intervals, struct session *session,
		   const struct consumer *consumers, size_t n, uint64_t begin_ns,
		   uint64_t duration_ns)
{
	int err = 0;

	for (size_t i = 0; err >= 0 && i < n; i++)
		if (consumers[i].interval && consumers[i].interval_ns)
			err = add(intervals, session, &consumers[i], begin_ns);
	if (err >= 0 && duration_ns)
		err = add_limit(intervals, session, duration_ns);
	return err < 0 ? err : 0;
}

void intervals_close(struct intervals *intervals)
{
	for (size_t i = 0; i < intervals->n; i++)
		close(intervals->items[i].fd);
	if (intervals->limit_fd)
		close(intervals->limit_fd);
}
