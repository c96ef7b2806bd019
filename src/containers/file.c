// SPDX-License-Identifier: MIT
#include "containers/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/read_at.h"

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
	/* One that grows meanwhile is cut, one that shrinks is shorter. */
	len = read_at(fd, 0, data, (size_t)st.st_size);
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
