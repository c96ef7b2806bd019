// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/file.h"
#include "sink/sink.h"

#define FLUSH_SIZE (64 * 1024)

struct sink;

/* One row for each kind of descriptor: how to write to it without waiting. */
struct sink_ops {
	ssize_t (*write)(struct sink *sink, const void *bytes, size_t n);
};

struct sink {
	const struct sink_ops *ops;
	int fd;
	char *path;  /* NULL: standard output */
	size_t head; /* where the first line that is not wholly written begins, in pending */
	size_t torn; /* bytes of it that are written */
	struct buffer pending;
	struct buffer line; /* handed out by sink_reserve() */
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
	sink->pending.data = malloc(SINK_CAPACITY);
	if (!sink->pending.data) {
		free(sink);
		return -ENOMEM;
	}
	sink->pending.cap = SINK_CAPACITY;
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
	free(sink->path);
	free(sink->pending.data);
	free(sink);
}

static void sink_compact(struct sink *sink)
{
	size_t left = sink->pending.len - sink->head;

	memmove(sink->pending.data, sink->pending.data + sink->head, left);
	sink->pending.len = left;
	sink->head = 0;
}

struct buffer *sink_reserve(struct sink *sink, size_t max)
{
	if (sink->pending.cap - sink->pending.len < max && sink->head)
		sink_compact(sink);
	if (sink->pending.cap - sink->pending.len < max)
		return NULL;
	sink->line = (struct buffer){.data = sink->pending.data + sink->pending.len, .cap = max};
	return &sink->line;
}

void sink_commit(struct sink *sink)
{
	sink->pending.len += sink->line.len;
	sink->line.len = 0;
}

static void sink_advance(struct sink *sink, size_t n)
{
	const char *from = sink->pending.data + sink->head, *newline;

	sink->torn += n;
	newline = memrchr(from, '\n', sink->torn);
	if (newline) {
		sink->head += newline + 1 - from;
		sink->torn -= newline + 1 - from;
	}
	if (sink->head == sink->pending.len)
		sink->head = sink->pending.len = 0;
}

/* Writes up to n of the pending bytes. */
static int sink_write(struct sink *sink, size_t n)
{
	while (n) {
		const char *next = sink->pending.data + sink->head + sink->torn;
		ssize_t done = sink->ops->write(sink, next, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (done == 0)
			return 0;
		sink_advance(sink, done);
		n -= done;
	}
	return 0;
}

int sink_flush(struct sink *sink)
{
	return sink_write(sink, sink_pending(sink));
}

/* The rest of a line of which a part is written. */
static size_t torn_rest(const struct sink *sink)
{
	const char *from = sink->pending.data + sink->head + sink->torn, *end;

	if (!sink->torn)
		return 0;
	end = memchr(from, '\n', sink_pending(sink));
	return end ? (size_t)(end + 1 - from) : 0;
}

/* Takes the line that is written in part back out, if what ends the file is ours. */
static void take_back(struct sink *sink)
{
	off_t end = lseek(sink->fd, 0, SEEK_CUR);
	struct stat st;

	if (!sink->torn || end < 0 || fstat(sink->fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size != end)
		return;
	end -= (off_t)sink->torn;
	/* Without O_APPEND, the next write would leave a hole where the torn line was. */
	if (!ftruncate(sink->fd, end) && lseek(sink->fd, end, SEEK_SET) == end)
		sink->torn = 0;
}

/*
 * The old file is left for another one. Whatever state it is in, the new one does not wait for it:
 * what stays of the line that was written in part is all that can be said of it there.
 */
static enum sink_left leave(struct sink *sink)
{
	if (!sink->torn)
		return SINK_LEFT_WHOLE;
	take_back(sink);
	if (!sink->torn)
		return SINK_TAKEN_BACK;
	sink_write(sink, torn_rest(sink));
	if (!sink->torn)
		return SINK_LEFT_WHOLE;
	sink->torn = 0;
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
	else if (sink->torn)
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

size_t sink_pending(const struct sink *sink)
{
	return sink->pending.len - sink->head - sink->torn;
}

bool sink_wants_flush(const struct sink *sink)
{
	return sink_pending(sink) >= FLUSH_SIZE;
}

void sink_discard(struct sink *sink, void (*line)(void *ctx, const char *bytes, size_t n),
		  void *ctx)
{
	const char *at = sink->pending.data + sink->head;
	const char *end = sink->pending.data + sink->pending.len, *newline;

	for (; at < end && (newline = memchr(at, '\n', end - at)); at = newline + 1)
		if (newline != at) /* nothing but the end of a line given up before */
			line(ctx, at, newline - at);
	take_back(sink);
	sink->head = sink->pending.len = 0;
	/* What could not be taken back must not swallow the line that comes next. */
	if (sink->torn)
		buffer_putc(&sink->pending, '\n');
	sink->torn = 0;
}
