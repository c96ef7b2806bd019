// SPDX-License-Identifier: MIT
#include "engine/loop.h"

#include <errno.h>

int loop_add(struct loop *loop, int fd, short events, loop_callback ready, void *ctx)
{
	int source = (int)loop->n;

	if (loop->n == LOOP_SOURCES_MAX)
		return -ENOSPC;
	loop->n++;
	loop->sources[source].ready = ready;
	loop->sources[source].ctx = ctx;
	loop_watch(loop, source, fd, events);
	return source;
}

void loop_watch(struct loop *loop, int source, int fd, short events)
{
	struct pollfd *pollfd = &loop->fds[source];

	/* What the last wait found is of no use for another descriptor. */
	if (pollfd->fd != fd)
		pollfd->revents = 0;
	pollfd->fd = fd;
	pollfd->events = events;
}

int loop_wait(struct loop *loop, int timeout_ms)
{
	if (poll(loop->fds, loop->n, timeout_ms) >= 0)
		return 0;
	for (size_t i = 0; i < loop->n; i++)
		loop->fds[i].revents = 0;
	return errno == EINTR ? 0 : -errno;
}

bool loop_is_ready(const struct loop *loop, int source)
{
	return loop->fds[source].revents;
}

void loop_serve(struct loop *loop)
{
	for (size_t i = 0; i < loop->n; i++) {
		short revents = loop->fds[i].revents;

		loop->fds[i].revents = 0;
		if (revents && loop->sources[i].ready)
			loop->sources[i].ready(loop->sources[i].ctx, revents);
	}
}
