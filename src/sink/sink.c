// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/file.h"
#include "sink/queue.h"
#include "sink/sink.h"

/* So much is worth a write, and no write is of more: that some of it is done shows after each. */
#define FLUSH_SIZE (64 * 1024)

struct sink;

/* One row for each kind of descriptor: how to write to it without waiting. */
struct sink_ops {
	ssize_t (*write)(struct sink *sink, const void *bytes, size_t n);
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
	bool broken;		  /* the file ends in a part of a line that was given up */
	bool blocked, progressed; /* the last time */
};

/* A regular file takes what it is given, a descriptor of our own with O_NONBLOCK what it can. */
static ssize_t write_plain(struct sink *sink, const void *bytes, size_t n)
{
	return write(sink->fd, bytes, n);
}

static ssize_t write_socket(struct sink *sink, const void *bytes, size_t n)
{
	return send(sink->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The last resort. POSIX: what poll calls writable takes PIPE_BUF bytes without waiting. */
static ssize_t write_polled(struct sink *sink, const void *bytes, size_t n)
{
	struct pollfd pollfd = {.fd = sink->fd, .events = POLLOUT};

	if (poll(&pollfd, 1, 0) <= 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(sink->fd, bytes, n < PIPE_BUF ? n : PIPE_BUF);
}

static const struct sink_ops plain_ops = {write_plain};
static const struct sink_ops socket_ops = {write_socket};
static const struct sink_ops polled_ops = {write_polled};

static int sink_new(int fd, const struct sink_ops *ops, struct sink **ret)
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

/*
 * A pipe or terminal is opened a second time to have O_NONBLOCK for us alone: on the descriptor we
 * were given it would change what other processes share.
 */
static int stdout_reopen(const struct stat *st)
{
	if (!S_ISFIFO(st->st_mode) && !S_ISCHR(st->st_mode))
		return -1;
	return open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int sink_open_stdout(struct sink **ret)
{
	const struct sink_ops *ops = &polled_ops;
	int fd = STDOUT_FILENO, own, flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st))
		return -errno;
	/* Opened a second time it could be written to, but that is not what we were given. */
	if ((flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	own = stdout_reopen(&st);
	if (own >= 0) {
		fd = own;
		ops = &plain_ops;
	} else if (S_ISREG(st.st_mode)) {
		ops = &plain_ops;
	} else if (S_ISSOCK(st.st_mode)) {
		ops = &socket_ops;
	}
	return sink_new(fd, ops, ret);
}

int sink_open_file(const char *path, struct sink **ret)
{
	int fd = file_open(path), err;

	if (fd < 0)
		return fd;
	err = sink_new(fd, &plain_ops, ret);
	if (err) {
		close(fd);
		return err;
	}
	(*ret)->path = strdup(path);
	if (!(*ret)->path) {
		sink_close(*ret);
		return -ENOMEM;
	}
	return 0;
}

void sink_close(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->fd > STDERR_FILENO)
		close(sink->fd);
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
	return read_locked(sink, &sink->queue.written);
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
	weight = queue_clear(&sink->queue);
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
	bytes = queue_next(&sink->queue, max, ret_n);
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

int sink_flush(struct sink *sink)
{
	int err;

	return is_broken(sink, &err) ? err : sink_write(sink, sink_pending(sink));
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
	fd = file_open(sink->path);
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
	weight = queue_clear(&sink->queue);
	pthread_mutex_unlock(&sink->lock);
	return weight;
}
