// SPDX-License-Identifier: MIT
#include "store/current.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define MODE 0640

int current_begin(struct current *current, const struct place *place, uint64_t first_seq)
{
	struct segment segment = {.first_seq = first_seq};
	int fd;

	memcpy(segment.boot, place->boot, sizeof(segment.boot));
	fd = segment_open(place->dir_fd, &segment, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, MODE);
	if (fd < 0)
		return fd;
	fchmod(fd, MODE); /* whatever the umask */
	*current = (struct current){.fd = fd, .segment = segment};
	return 0;
}

/* Nearly always one write(2): who is killed meanwhile leaves all of it, or nothing. */
static int write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static int append(struct current *current, const uint8_t *bytes, size_t size)
{
	int err = write_all(current->fd, bytes, size);

	if (!err)
		current->segment.size += size;
	else if (ftruncate(current->fd, (off_t)current->segment.size))
		current->is_torn = true;
	return err;
}

int current_write(struct current *current, struct batch *batch)
{
	size_t size;
	const uint8_t *bytes = batch_seal(batch, &size);
	int err = bytes ? append(current, bytes, size) : -ENOMEM;

	if (err)
		return err;
	frame_index_add(&current->sums, batch_index(batch));
	batch_filter(batch, current->filter, sizeof(current->filter));
	return 0;
}

int current_write_mark(struct current *current, const struct frame_mark *mark)
{
	const struct frame_index index = {
		.is_mark = true,
		.first_seq = current->sums.last_seq,
		.last_seq = current->sums.last_seq,
		.since_ns = current->sums.until_ns,
		.until_ns = current->sums.until_ns,
		.mark = *mark,
	};
	uint8_t bytes[FRAME_INDEX_SIZE + FRAME_MARK_SIZE];

	frame_index_write(&index, bytes);
	return append(current, bytes, sizeof(bytes));
}

static void write_sums(struct current *current)
{
	struct frame_index *sums = &current->sums;
	_cleanup_free_ uint8_t *bytes = malloc(FRAME_SUMS_MAX);

	if (!bytes)
		return;
	sums->is_sums = true;
	sums->filter = current->filter;
	sums->filter_size = (uint32_t)filter_fold(current->filter, sizeof(current->filter));
	frame_index_write(sums, bytes);
	append(current, bytes, frame_index_size(sums));
}

int current_end(struct current *current)
{
	int fd = current->fd;

	if (current->sums.lines && !current->is_torn)
		write_sums(current);
	current->fd = -1;
	return fd;
}
