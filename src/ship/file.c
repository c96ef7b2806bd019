// SPDX-License-Identifier: MIT
#include "ship/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/read_at.h"

/* O_NONBLOCK: a FIFO would be waited for. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t size;
	char *data;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	data = malloc(max + 2);
	if (!data)
		return -ENOMEM;
	size = read_at(fd, 0, data, max + 1);
	if (size < 0 || (size_t)size > max) {
		free(data);
		return size < 0 ? (int)size : -EFBIG;
	}
	data[size] = '\0';
	*ret = data;
	*ret_size = (size_t)size;
	return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* O_EXCL: whatever someone else may have put there is neither waited for nor written to. */
static int write_beside(const char *beside, const char *data, size_t size, mode_t mode,
			bool durable)
{
	_cleanup_close_ int fd = -1;
	int err;

	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	/* Whatever the umask: who reads it may be another user. */
	(void)!fchmod(fd, mode);
	err = write_all(fd, data, size);
	return !err && durable && fsync(fd) ? -errno : err;
}

static int sync_directory_of(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd =
		copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 || fsync(fd) ? -errno : 0;
}

int file_replace(const char *path, const char *data, size_t size, mode_t mode, bool durable)
{
	char beside[PATH_MAX + 8];
	int err;

	snprintf(beside, sizeof(beside), "%s.new", path);
	err = write_beside(beside, data, size, mode, durable);
	if (!err && rename(beside, path))
		err = -errno;
	if (err) {
		unlink(beside);
		return err;
	}
	return durable ? sync_directory_of(path) : 0;
}
