/* SPDX-License-Identifier: MIT */
/* What a session does in spans of time: intervals of consumers, and its own end. */
#ifndef ENGINE_INTERVALS_H
#define ENGINE_INTERVALS_H

#include <stddef.h>
#include <stdint.h>

struct consumer;
struct session;

/* Consumers that have an interval. */
#define INTERVALS_MAX 8

struct interval {
	struct session *session;
	const struct consumer *consumer;
	int fd;
};

/* All zeros: none is open. */
struct intervals {
	struct interval items[INTERVALS_MAX];
	size_t n;
	int limit_fd; /* 0: not opened */
};

/*
 * Adds what is due to the session's loop: interval() of each consumer that has one, counted from
 * begin_ns; and after duration_ns (0: never) the session's end. Returns 0 or -errno. The caller
 * closes it, opened or not.
 */
int intervals_open(struct intervals *intervals, struct session *session,
		   const struct consumer *consumers, size_t n, uint64_t begin_ns,
		   uint64_t duration_ns);
void intervals_close(struct intervals *intervals);

#endif
