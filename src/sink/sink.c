// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/file.h"
#include "sink/inside.h"
#include "sink/opener.h"
#include "sink/target.h"

/* So much is worth a write, and no write is of more: that some of it is done shows after each. */
#define FLUSH_SIZE (64 * 1024)

int sink_new(int fd, const struct sink_ops *ops, struct sink **ret)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return -ENOMEM;
	if (queue_open(&sink->queue, SINK_CAPACITY)) {
		free(sink);
		return -ENOMEM;
	}
	pthread_mutex_init(&sink->lock, NULL);
	sink->fd = fd;
	sink->ops = ops;
	*ret = sink;
	return 0;
}

void sink_close(struct sink *sink)
{
	if (!sink)
		return;
	opener_stop(sink->opener);
	if (sink->fd > STDERR_FILENO)
		close(sink->fd);
	if (sink->target)
		sink->target->close(sink->target_ctx);
	pthread_mutex_destroy(&sink->lock);
	queue_close(&sink->queue);
	free(sink->path);
	free(sink);
}

/* The side that brings lines */

struct buffer *sink_reserve(struct sink *sink, size_t max)
{
	struct buffer *line = NULL;

	pthread_mutex_lock(&sink->lock);
	if (!sink->abandoned)
		line = queue_reserve(&sink->queue, max);
	pthread_mutex_unlock(&sink->lock);
	return line;
}

bool sink_commit(struct sink *sink, uint64_t weight)
{
	bool kept;

	pthread_mutex_lock(&sink->lock);
	kept = queue_commit(&sink->queue, weight);
	pthread_mutex_unlock(&sink->lock);
	return kept;
}

size_t sink_pending(struct sink *sink)
{
	size_t pending;

	pthread_mutex_lock(&sink->lock);
	pending = queue_pending(&sink->queue);
	pthread_mutex_unlock(&sink->lock);
	return pending;
}

bool sink_wants_flush(struct sink *sink)
{
	return sink_pending(sink) >= FLUSH_SIZE;
}

static uint64_t read_locked(struct sink *sink, const uint64_t *number)
{
	uint64_t value;

	pthread_mutex_lock(&sink->lock);
	value = *number;
	pthread_mutex_unlock(&sink->lock);
	return value;
}

uint64_t sink_lines(struct sink *sink)
{
	return read_locked(sink, &sink->queue.kept);
}

uint64_t sink_written(struct sink *sink)
{
	return read_locked(sink, sink->target ? &sink->handed_on : &sink->queue.written);
}

/* With the lock. */
static uint64_t kept(const struct sink *sink)
{
	bool keeps = sink->target && !sink->settled && sink->queue.written > sink->handed_on;

	return keeps ? sink->queue.written - sink->handed_on : 0;
}

bool sink_keeps(struct sink *sink)
{
	bool keeps;

	pthread_mutex_lock(&sink->lock);
	keeps = sink->keeps;
	pthread_mutex_unlock(&sink->lock);
	return keeps;
}

uint64_t sink_kept(struct sink *sink)
{
	uint64_t weight;

	pthread_mutex_lock(&sink->lock);
	weight = kept(sink);
	pthread_mutex_unlock(&sink->lock);
	return weight;
}

/* With the lock: gives up what nobody has written, and returns its weight. */
static uint64_t give_up(struct sink *sink)
{
	uint64_t weight = kept(sink);

	sink->queue.given_up += weight;
	sink->settled |= weight > 0;
	return weight + queue_clear(&sink->queue);
}

uint64_t sink_given_up(struct sink *sink)
{
	return read_locked(sink, &sink->queue.given_up);
}

void sink_mark(struct sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	queue_mark(&sink->queue);
	pthread_mutex_unlock(&sink->lock);
}

uint64_t sink_abandon(struct sink *sink)
{
	uint64_t weight;

	pthread_mutex_lock(&sink->lock);
	sink->abandoned = true;
	weight = give_up(sink);
	pthread_mutex_unlock(&sink->lock);
	return weight;
}

/* The side that writes them */

bool sink_may_block(const struct sink *sink)
{
	struct stat st;

	/* A FIFO takes what it can, but its name may be on a file system that does not answer. */
	return sink->path || fstat(sink->fd, &st) || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
}

static const char *next_bytes(struct sink *sink, size_t max, size_t *ret_n)
{
	const char *bytes;

	pthread_mutex_lock(&sink->lock);
	bytes = sink->ops->lines ? queue_next_lines(&sink->queue, max, ret_n)
				 : queue_next(&sink->queue, max, ret_n);
	pthread_mutex_unlock(&sink->lock);
	return bytes;
}

/* Lines that were given up meanwhile count as lost, even if the last write was of them. */
static void advance(struct sink *sink, size_t n)
{
	pthread_mutex_lock(&sink->lock);
	if (!sink->abandoned)
		queue_advance(&sink->queue, n);
	pthread_mutex_unlock(&sink->lock);
}

static size_t torn(struct sink *sink)
{
	size_t bytes;

	pthread_mutex_lock(&sink->lock);
	bytes = sink->queue.torn;
	pthread_mutex_unlock(&sink->lock);
	return bytes;
}

static size_t torn_rest(struct sink *sink)
{
	size_t bytes;

	pthread_mutex_lock(&sink->lock);
	bytes = queue_torn_rest(&sink->queue);
	pthread_mutex_unlock(&sink->lock);
	return bytes;
}

static void untear(struct sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	queue_untear(&sink->queue);
	pthread_mutex_unlock(&sink->lock);
}

/* As write(2), but that it is tried again after a signal, and that waiting would be 0 bytes. */
static ssize_t write_some(struct sink *sink, const void *bytes, size_t n)
{
	ssize_t done;

	do
		done = sink->ops->write(sink, bytes, n);
	while (done < 0 && errno == EINTR);
	sink->blocked = !done || (done < 0 && errno == EAGAIN);
	if (sink->blocked)
		return 0;
	return done < 0 ? -errno : done;
}

/* Writes up to n of the pending bytes. */
static int sink_write(struct sink *sink, size_t n)
{
	sink->blocked = sink->progressed = false;
	while (n) {
		size_t size;
		const char *bytes = next_bytes(sink, n < FLUSH_SIZE ? n : FLUSH_SIZE, &size);
		ssize_t done = size ? write_some(sink, bytes, size) : 0;

		if (done <= 0)
			return (int)done;
		sink->progressed = true;
		advance(sink, (size_t)done);
		n -= (size_t)done;
	}
	return 0;
}

/* What was given up in part must not swallow the line that comes next. Returns whether it does. */
static bool is_broken(struct sink *sink, int *ret_err)
{
	ssize_t done = sink->broken ? write_some(sink, "\n", 1) : 1;

	sink->progressed = false;
	sink->broken = done != 1;
	*ret_err = done < 0 ? (int)done : 0;
	return sink->broken;
}

bool sink_is_blocked(const struct sink *sink)
{
	return sink->blocked;
}

bool sink_has_progressed(const struct sink *sink)
{
	return sink->progressed;
}

static int flush(struct sink *sink, bool all)
{
	int err;

	if (is_broken(sink, &err))
		return err;
	err = sink_write(sink, sink_pending(sink));
	return err || !sink->target ? err : target_flush(sink, all);
}

int sink_flush(struct sink *sink)
{
	return flush(sink, false);
}

int sink_finish(struct sink *sink)
{
	return flush(sink, true);
}

int sink_flush_marked(struct sink *sink)
{
	size_t marked;
	int err;

	pthread_mutex_lock(&sink->lock);
	marked = sink->queue.marked;
	pthread_mutex_unlock(&sink->lock);
	return is_broken(sink, &err) ? err : sink_write(sink, marked);
}

/* Takes the line that is written in part back out, if what ends the file is ours. */
static void take_back(struct sink *sink)
{
	off_t part = (off_t)torn(sink), end;
	struct stat st;

	if (!part)
		return;
	end = lseek(sink->fd, 0, SEEK_CUR);
	if (end < 0 || fstat(sink->fd, &st) || !S_ISREG(st.st_mode) || st.st_size != end)
		return;
	/* Without O_APPEND, the next write would leave a hole where the torn line was. */
	if (!ftruncate(sink->fd, end - part) && lseek(sink->fd, end - part, SEEK_SET) >= 0)
		untear(sink);
}

/*
 * The old file is left for another one. Whatever state it is in, the new one does not wait for it:
 * what stays of the line that was written in part is all that can be said of it there.
 */
static enum sink_left leave(struct sink *sink)
{
	if (!torn(sink))
		return SINK_LEFT_WHOLE;
	take_back(sink);
	if (!torn(sink))
		return SINK_TAKEN_BACK;
	sink_write(sink, torn_rest(sink));
	if (!torn(sink))
		return SINK_LEFT_WHOLE;
	untear(sink);
	return SINK_LEFT_TORN;
}

int sink_reopen(struct sink *sink)
{
	enum sink_left left = SINK_LEFT_WHOLE;
	int fd;

	if (!sink->path)
		return 0;
	fd = sink->opener ? opener_open(sink->opener) : file_open(sink->path);
	if (fd < 0)
		return fd;
	if (!file_is_same(fd, sink->fd))
		left = leave(sink);
	else if (torn(sink))
		/* take_back() looks where the descriptor stands. */
		lseek(fd, lseek(sink->fd, 0, SEEK_CUR), SEEK_SET);
	close(sink->fd);
	sink->fd = fd;
	return left;
}

bool sink_is_readable_by_others(const struct sink *sink)
{
	struct stat st;

	if (!sink->path || fstat(sink->fd, &st) || !(st.st_mode & S_IROTH))
		return false;
	return S_ISFIFO(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size);
}

int sink_fd(const struct sink *sink)
{
	return sink->fd;
}

uint64_t sink_discard(struct sink *sink)
{
	uint64_t weight;

	take_back(sink);
	pthread_mutex_lock(&sink->lock);
	sink->broken |= sink->queue.torn > 0;
	weight = give_up(sink);
	pthread_mutex_unlock(&sink->lock);
	return weight;
}
