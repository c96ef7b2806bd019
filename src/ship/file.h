/* SPDX-License-Identifier: MIT */
/* Small files, read and replaced whole. */
#ifndef SHIP_FILE_H
#define SHIP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a regular file, and waits for no other: *ret is to be freed, of *ret_size bytes and a NUL
 * behind them. Returns 0, -EINVAL (no regular file), -EFBIG, -ENOMEM, or another -errno.
 */
int file_read(const char *path, size_t max, char **ret, size_t *ret_size);

/*
 * The file has these bytes or what it had before, never a part, whatever crashes. durable: after a
 * crash of the host as well. Returns 0 or -errno.
 */
int file_replace(const char *path, const char *data, size_t size, mode_t mode, bool durable);

#endif
