/* SPDX-License-Identifier: MIT */
/*
 * The one place that waits: descriptors, each with a callback. What is ready is served in the order
 * in which it was added.
 */
#ifndef ENGINE_LOOP_H
#define ENGINE_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* A session has seven of its own; each consumer may add one or two. */
#define LOOP_SOURCES_MAX 32

/* revents: as poll() says. */
typedef void (*loop_callback)(void *ctx, short revents);

struct loop {
	struct pollfd fds[LOOP_SOURCES_MAX];
	struct {
		loop_callback ready;
		void *ctx;
	} sources[LOOP_SOURCES_MAX];
	size_t n;
};

/*
 * Adds a descriptor, which stays the caller's; -1: none yet. events: as for poll(). ready: NULL if
 * it need only end the waiting. Returns the source's index, or -ENOSPC.
 */
int loop_add(struct loop *loop, int fd, short events, loop_callback ready, void *ctx);

/* From now on the source is that descriptor (-1: nothing is waited for), and those events. */
void loop_watch(struct loop *loop, int source, int fd, short events);

/* Waits until something is ready, or for timeout_ms (-1: as long as it takes). 0 or -errno. */
int loop_wait(struct loop *loop, int timeout_ms);

/* Whether the last wait has found the source ready. */
bool loop_is_ready(const struct loop *loop, int source);

/* Calls back for each source that the last wait has found ready, once. */
void loop_serve(struct loop *loop);

#endif
