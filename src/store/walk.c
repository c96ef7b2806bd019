// SPDX-License-Identifier: MIT
#include "store/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/batch.h"
#include "util/cleanup.h"
#include "util/read_at.h"

static int ask_end(struct walk *walk)
{
	struct stat st;

	if (fstat(walk->fd, &st))
		return -errno;
	walk->end = (uint64_t)st.st_size;
	return 0;
}

int walk_begin(struct walk *walk, int fd)
{
	*walk = (struct walk){.fd = fd, .data = malloc(FRAME_SUMS_MAX)};
	return walk->data ? ask_end(walk) : -ENOMEM;
}

void walk_end(struct walk *walk)
{
	free(walk->data);
	walk->data = NULL;
}

/* Reads an index at that place: 0, -EAGAIN, -EBADMSG, -ENOTSUP, or -errno of reading. */
static int read_index(struct walk *walk, uint64_t at)
{
	ssize_t len = read_at(walk->fd, at, walk->data, FRAME_INDEX_MAX);
	size_t needed;
	int err;

	if (len < 0)
		return (int)len;
	err = frame_index_read(walk->data, (size_t)len, &walk->index, &needed);
	if (err != -EAGAIN || len < FRAME_INDEX_MAX)
		return err;
	len = read_at(walk->fd, at, walk->data, needed);
	if (len < 0)
		return (int)len;
	return frame_index_read(walk->data, (size_t)len, &walk->index, &needed);
}

/* The first place from there on that looks like the begin of an index; end, if there is none. */
static int find_index(const struct walk *walk, uint64_t at, uint64_t *ret)
{
	uint8_t data[4096 + 16];

	/* The last bytes of a piece come again with the next: an index may begin in them. */
	for (; at < walk->end; at += 4096) {
		ssize_t len = read_at(walk->fd, at, data, sizeof(data));
		size_t found;

		if (len <= 0)
			return (int)len;
		found = frame_find(data, (size_t)len);
		if (found < (size_t)len) {
			*ret = at + found;
			return 0;
		}
	}
	*ret = walk->end;
	return 0;
}

static int found(struct walk *walk, uint64_t frame)
{
	uint64_t size = frame_size(&walk->index);

	walk->skipped = frame - walk->at;
	walk->frame = frame;
	walk->is_whole = size <= walk->end - frame;
	if (walk->is_whole)
		walk->at = frame + size;
	return 1;
}

int walk_next(struct walk *walk)
{
	uint64_t at = walk->at;
	int err = ask_end(walk);

	while (!err && at < walk->end) {
		err = read_index(walk, at);
		if (!err)
			return found(walk, at);
		if (err != -EAGAIN && err != -EBADMSG)
			return err;
		err = find_index(walk, at + 1, &at);
	}
	return err;
}

int walk_content(const struct walk *walk, uint8_t *out)
{
	uint64_t at = walk->frame + frame_index_size(&walk->index);
	ssize_t len = read_at(walk->fd, at, out, walk->index.size);

	if (len < 0)
		return (int)len;
	if ((uint64_t)len != walk->index.size || frame_crc(out, (size_t)len) != walk->index.crc)
		return -EBADMSG;
	return 0;
}

void walk_distrust(struct walk *walk)
{
	walk->at = walk->frame + frame_index_size(&walk->index);
}

uint64_t segment_since(int dir_fd, const struct segment *segment)
{
	_cleanup_close_ int fd = segment_open(dir_fd, segment, O_RDONLY, 0);
	_cleanup_(walk_end) struct walk walk = {0};

	if (fd < 0 || walk_begin(&walk, fd) || walk_next(&walk) != 1)
		return 0;
	return walk.index.since_ns;
}

/* Their length tells where they begin. */
int walk_sums(struct walk *walk)
{
	uint64_t size = FRAME_INDEX_SIZE;

	for (uint64_t filter = 0; filter <= FRAME_SUMS_FILTER_MAX;
	     filter = filter ? filter * 2 : 1) {
		size = FRAME_INDEX_SIZE + filter;
		if (size > walk->end)
			break;
		if (!read_index(walk, walk->end - size) && walk->index.is_sums &&
		    frame_index_size(&walk->index) == size)
			return 0;
	}
	return -ENOENT;
}

static int sum_up(struct walk *walk, struct frame_index *ret)
{
	struct frame_index sums = {0};
	int found;

	while ((found = walk_next(walk)) == 1) {
		if (!walk->is_whole)
			walk_distrust(walk);
		else if (!walk->index.is_sums)
			frame_index_add(&sums, &walk->index);
	}
	*ret = sums;
	return found;
}

int segment_sums(int dir_fd, const struct segment *segment, struct frame_index *ret)
{
	_cleanup_close_ int fd = segment_open(dir_fd, segment, O_RDONLY, 0);
	_cleanup_(walk_end) struct walk walk = {0};
	int err = fd < 0 ? fd : walk_begin(&walk, fd);

	if (err)
		return err;
	if (walk_sums(&walk))
		return sum_up(&walk, ret);
	*ret = walk.index;
	ret->filter = NULL; /* it goes with the walk */
	return 0;
}
