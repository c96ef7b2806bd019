// SPDX-License-Identifier: MIT
#include "sink/queue.h"

#include <errno.h>
#include <stdlib.h>

/* No line of ours is shorter than this, on average: a text line has 150 bytes. */
#define LINE_MIN 32

int queue_open(struct queue *queue, size_t capacity)
{
	*queue = (struct queue){
		.data = malloc(capacity),
		.cap = capacity,
		.lines = calloc(capacity / LINE_MIN + 1, sizeof(*queue->lines)),
		.lines_max = capacity / LINE_MIN + 1,
	};
	if (queue->data && queue->lines)
		return 0;
	queue_close(queue);
	return -ENOMEM;
}

void queue_close(struct queue *queue)
{
	free(queue->data);
	free(queue->lines);
	*queue = (struct queue){0};
}

struct buffer *queue_reserve(struct queue *queue, size_t max)
{
	size_t at, room;

	/* What is used again and again stays in the CPU's cache, and the rest takes no memory. */
	if (!queue->n)
		queue->head = queue->tail = queue->end = 0;
	at = queue->tail;
	room = queue->end ? queue->head - at : queue->cap - at;
	if (room < max && !queue->end) {
		at = 0;
		room = queue->head;
	}
	queue->reserved = (struct buffer){.data = queue->data + at};
	if (room < max || queue->n == queue->lines_max)
		return NULL;
	queue->reserved.cap = max;
	return &queue->reserved;
}

/* Between reserve and commit, lines may have been written; the place of the reserved one stays. */
static void append(struct queue *queue, size_t at, size_t size, uint64_t weight)
{
	if (at != queue->tail)
		queue->end = queue->tail;
	if (queue->end && queue->head == queue->end)
		queue->head = queue->end = 0;
	queue->tail = at + size;
	queue->lines[(queue->first + queue->n++) % queue->lines_max] =
		(struct queue_line){.weight = weight, .size = size};
	queue->bytes += size;
	queue->weight += weight;
	queue->kept++;
}

bool queue_commit(struct queue *queue, uint64_t weight)
{
	struct buffer line = queue->reserved;

	queue->reserved = (struct buffer){.data = line.data};
	if (line.overflow)
		return false;
	if (line.len)
		append(queue, (size_t)(line.data - queue->data), line.len, weight);
	return true;
}

const char *queue_next(const struct queue *queue, size_t max, size_t *ret_n)
{
	size_t at = queue->head + queue->torn, n = 0;

	if (queue->n)
		n = (queue->end ? queue->end : queue->tail) - at;
	*ret_n = n < max ? n : max;
	return queue->data + at;
}

const char *queue_next_lines(const struct queue *queue, size_t max, size_t *ret_n)
{
	size_t there, n = 0;
	const char *bytes = queue_next(queue, SIZE_MAX, &there);

	for (size_t i = 0; i < queue->n && n < there; i++) {
		size_t size = queue->lines[(queue->first + i) % queue->lines_max].size;

		if (n && n + size > max)
			break;
		n += size;
	}
	*ret_n = n;
	return bytes;
}

static void first_is_written(struct queue *queue)
{
	const struct queue_line *line = &queue->lines[queue->first];

	queue->torn -= line->size;
	queue->bytes -= line->size;
	queue->weight -= line->weight;
	queue->written += line->weight;
	queue->head += line->size;
	if (queue->head == queue->end)
		queue->head = queue->end = 0;
	queue->first = (queue->first + 1) % queue->lines_max;
	queue->n--;
}

void queue_advance(struct queue *queue, size_t n)
{
	queue->torn += n;
	queue->marked -= n < queue->marked ? n : queue->marked;
	while (queue->n && queue->torn >= queue->lines[queue->first].size)
		first_is_written(queue);
}

size_t queue_torn_rest(const struct queue *queue)
{
	return queue->torn ? queue->lines[queue->first].size - queue->torn : 0;
}

uint64_t queue_clear(struct queue *queue)
{
	uint64_t weight = queue->weight;

	queue->given_up += weight;
	queue->kept -= queue->n;
	queue->n = queue->torn = queue->marked = queue->bytes = 0;
	queue->weight = 0;
	return weight;
}
