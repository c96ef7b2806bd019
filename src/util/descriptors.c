// SPDX-License-Identifier: MIT
#include "util/descriptors.h"

#include <fcntl.h>
#include <unistd.h>

bool descriptors_open_standard(bool *ret_all)
{
	bool has_stdout = fcntl(STDOUT_FILENO, F_GETFD) >= 0;

	*ret_all = true;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/*
		 * open() takes the lowest number that is free: this one. In a root without /dev,
		 * the root itself is opened.
		 */
		if (open("/dev/null", O_RDWR | O_NOCTTY) != fd &&
		    open("/", O_RDONLY | O_DIRECTORY) != fd)
			*ret_all = false;
	}
	return has_stdout;
}
