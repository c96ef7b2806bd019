// SPDX-License-Identifier: MIT
#include "util/read_at.h"

#include <errno.h>
#include <unistd.h>

ssize_t read_at(int fd, uint64_t at, void *out, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = pread(fd, (char *)out + len, size - len, (off_t)(at + len));

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
