// SPDX-License-Identifier: MIT
/* Sinks that are descriptors: how each is opened, and written to without waiting. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/file.h"
#include "sink/inside.h"
#include "sink/opener.h"

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

static const struct sink_ops plain_ops = {.write = write_plain};
static const struct sink_ops socket_ops = {.write = write_socket};
static const struct sink_ops polled_ops = {.write = write_polled};

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

int sink_keep_opener(struct sink *sink)
{
	return sink->path ? opener_start(sink->path, &sink->opener) : 0;
}
