/* SPDX-License-Identifier: MIT */
/*
 * Lines that wait to be written, in memory of a fixed size, each with its weight: the events that
 * it stands for. A line may be many of the terminal's; it is kept, written and given up as one.
 * Pure: bytes and numbers, no descriptor, no lock.
 */
#ifndef SINK_QUEUE_H
#define SINK_QUEUE_H

#include <stdint.h>

#include "util/buffer.h"

struct queue_line {
	uint64_t weight;
	size_t size;
};

struct queue {
	/* A ring of bytes, in which no line is parted: [head, tail), or [head, end) and [0, tail).
	 */
	char *data;
	size_t cap, head, tail;
	size_t end; /* 0: the lines are not yet in two parts */

	/* A ring of lines, the first of which begins at head. */
	struct queue_line *lines;
	size_t first, n, lines_max;

	size_t torn;	   /* bytes of the first line that are written */
	size_t marked;	   /* bytes that are not written, and waited when the mark was set */
	size_t bytes;	   /* of all lines, the torn ones included */
	uint64_t weight;   /* of all lines */
	uint64_t kept;	   /* lines ever committed, but for those given up */
	uint64_t written;  /* weight of all lines ever written */
	uint64_t given_up; /* likewise of those given up */
	struct buffer reserved;
};

/* Memory for that many bytes, and for as many lines as are of 32 bytes or more: 0 or -ENOMEM. */
int queue_open(struct queue *queue, size_t capacity);
void queue_close(struct queue *queue);

/* Room for a line of up to max bytes, until the next call; NULL if there is none. */
struct buffer *queue_reserve(struct queue *queue, size_t max);

/*
 * Keeps what was written to the reserved line. Returns false if that was more than it had room for:
 * then nothing of the line is kept.
 */
bool queue_commit(struct queue *queue, uint64_t weight);

/* The bytes to write next, max at most; *ret_n: how many, 0 if nothing waits. */
const char *queue_next(const struct queue *queue, size_t max, size_t *ret_n);

/* Likewise of whole lines: as many as fit, but one if there is any. None may be torn. */
const char *queue_next_lines(const struct queue *queue, size_t max, size_t *ret_n);

/* n of those bytes are written. */
void queue_advance(struct queue *queue, size_t n);

/* Bytes that are not written. */
static inline size_t queue_pending(const struct queue *queue)
{
	return queue->bytes - queue->torn;
}

/* Remembers what waits now. */
static inline void queue_mark(struct queue *queue)
{
	queue->marked = queue_pending(queue);
}

/* Bytes that are not written, of a line of which a part is; 0 if there is no such line. */
size_t queue_torn_rest(const struct queue *queue);

/* What was written of the first line is gone again: all of the line is to be written. */
static inline void queue_untear(struct queue *queue)
{
	queue->torn = 0;
}

/* Gives up all lines that are not wholly written, and returns their weight. */
uint64_t queue_clear(struct queue *queue);

#endif
