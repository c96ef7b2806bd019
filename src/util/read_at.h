/* SPDX-License-Identifier: MIT */
#ifndef UTIL_READ_AT_H
#define UTIL_READ_AT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads up to size bytes of a file from that place on, by as many calls as it takes. Returns how
 * many there were, fewer only at the file's end; or -errno.
 */
ssize_t read_at(int fd, uint64_t at, void *out, size_t size);

#endif
