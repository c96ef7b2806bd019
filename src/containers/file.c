// SPDX-License-Identifier: MIT
#include "containers/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "util/cleanup.h"

/* Up to size bytes: a file that grows meanwhile is cut, one that shrinks is shorter. */
static ssize_t read_all(int fd, char *data, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int container_file_read(const char *path, char **ret, size_t *ret_size)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	ssize_t len;
	char *data;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > CONTAINER_FILE_MAX)
		return -EFBIG;
	data = malloc((size_t)st.st_size + 1); /* of an empty file, some pointer all the same */
	if (!data)
		return -ENOMEM;
	len = read_all(fd, data, (size_t)st.st_size);
	if (len < 0) {
		free(data);
		return (int)len;
	}
	*ret = data;
	*ret_size = (size_t)len;
	return 0;
}

DIR *container_directory_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}
