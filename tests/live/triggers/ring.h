/* SPDX-License-Identifier: MIT */
/* An io_uring for one request. */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

struct ring {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
};

/* flags: of io_uring_setup(2). Where the kernel has none, the trigger ends with `unable`. */
void ring_open(struct ring *ring, unsigned int flags);

/* Puts the one and only request into the queue and has the kernel look at it. */
void ring_begin(struct ring *ring, const struct io_uring_sqe *sqe);

/* Waits for its result. */
int ring_end(struct ring *ring);

/* Both. */
int ring_do(struct ring *ring, const struct io_uring_sqe *sqe);

#endif
