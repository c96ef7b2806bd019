/* SPDX-License-Identifier: MIT */
/* What a sink is made of: for sink.c, and for kinds.c and target.c, which open sinks. */
#ifndef SINK_INSIDE_H
#define SINK_INSIDE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "sink/queue.h"
#include "sink/sink.h"

/* One row for each kind of descriptor: how to write to it without waiting. */
struct sink_ops {
	ssize_t (*write)(struct sink *sink, const void *bytes, size_t n);
	bool lines; /* it is of whole lines, to a target */
};

struct sink {
	/* Of both sides. What waits is written without the lock: its place does not change. */
	pthread_mutex_t lock;
	struct queue queue;
	bool abandoned;

	/* Of the side that writes. */
	const struct sink_ops *ops;
	int fd;
	char *path;		  /* NULL: standard output */
	struct opener *opener;	  /* of the path; NULL: this process opens it */
	bool broken;		  /* the file ends in a part of a line that was given up */
	bool blocked, progressed; /* the last time */

	/* Of a target; with the lock: */
	const struct sink_target *target;
	void *target_ctx;
	uint64_t handed_on; /* as of target->written() */
	bool keeps;	    /* it has taken lines that it has not handed on */
	bool settled;	    /* what it had kept was given up, and is not counted any more */
	/* and of the side that writes: */
	uint64_t kept_since_ns; /* when it began to keep something, or was refused; 0: nothing */
};

/* A new sink for that descriptor. Returns 0 or -ENOMEM. */
int sink_new(int fd, const struct sink_ops *ops, struct sink **ret);

#endif
