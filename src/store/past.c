// SPDX-License-Identifier: MIT
#include "store/past.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sync.h"
#include "store/walk.h"
#include "util/cleanup.h"

int past_list(struct past *past, const struct place *place)
{
	int err = segments_list(place->dir_fd, place->boot, &past->segments, &past->n);

	if (err)
		return err;
	past->cap = past->n;
	for (size_t i = 0; i < past->n; i++)
		past->bytes += past->segments[i].size;
	return 0;
}

void past_free(struct past *past)
{
	free(past->segments);
}

int past_reserve(struct past *past)
{
	size_t cap = past->cap * 2 + 16;
	struct segment *segments;

	if (past->n < past->cap)
		return 0;
	segments = reallocarray(past->segments, cap, sizeof(*segments));
	if (!segments)
		return -ENOMEM;
	past->segments = segments;
	past->cap = cap;
	return 0;
}

void past_add(struct past *past, const struct segment *segment, uint64_t since_ns)
{
	if (!past->n)
		past->oldest_ns = since_ns;
	past->segments[past->n++] = *segment;
	past->bytes += segment->size;
}

const struct segment *past_first(const struct past *past)
{
	return past->n ? past->segments : NULL;
}

void past_take(struct past *past, struct segment *ret)
{
	*ret = past->segments[0];
	past->bytes -= ret->size;
	past->n--;
	memmove(past->segments, past->segments + 1, past->n * sizeof(*past->segments));
}

void past_date(struct past *past, int dir_fd)
{
	past->oldest_ns = past->n ? segment_since(dir_fd, past->segments) : 0;
}

const struct segment *past_last(const struct past *past)
{
	return past->n ? &past->segments[past->n - 1] : NULL;
}

int past_cut_last(struct past *past, int dir_fd, int fd, uint64_t size)
{
	struct segment *last = &past->segments[past->n - 1];

	past->bytes -= last->size - size;
	last->size = size;
	if (!size) {
		past->n--;
		return segment_unlink(dir_fd, last);
	}
	return ftruncate(fd, (off_t)size) || fdatasync(fd) ? -errno : 0;
}
