/* SPDX-License-Identifier: MIT */
/* Files and directories that others write, and may write anything. */
#ifndef CONTAINERS_FILE_H
#define CONTAINERS_FILE_H

#include <dirent.h>
#include <stddef.h>

/* A container's configuration has some 20 KiB; one file lists all containers, at 600 bytes each. */
#define CONTAINER_FILE_MAX (4 << 20)

/*
 * Reads a regular file, which is no symbolic link: *ret is the caller's, of *ret_size bytes, not
 * NUL-terminated. Never waits for a FIFO or the like. Returns 0, -EINVAL (no regular file), -EFBIG,
 * -ENOMEM, or another -errno; then both are untouched.
 */
int container_file_read(const char *path, char **ret, size_t *ret_size);

/* NULL, with errno: there is none, or it is a symbolic link. */
DIR *container_directory_open(const char *path);

#endif
