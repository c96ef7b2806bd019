// SPDX-License-Identifier: MIT
#include "util/readable.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *unreadable_reason(const char *path)
{
	struct stat st;

	if (access(path, R_OK) || stat(path, &st))
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "it is a directory";
	return S_ISREG(st.st_mode) ? NULL : "it is not a regular file";
}
