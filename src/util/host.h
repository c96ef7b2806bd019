/* SPDX-License-Identifier: MIT */
/* What this host calls things, users and cgroups, and gives. Reads files, asks no service. */
#ifndef UTIL_HOST_H
#define UTIL_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* The number of a user of /etc/passwd. -ENOENT if there is none of that name. */
int user_find(const char *name, uint32_t *ret_uid);

/*
 * A cgroup of version 2: path is its directory, or its path below where cgroup2 is mounted.
 * *ret_id: its kernel id, the inode number; *ret_level: how deep it lies below the root (0).
 * Returns 0, or -ENODEV (no cgroup2 is mounted), -ENOENT, -ENOTDIR, -EINVAL (no cgroup of version
 * 2) and the like.
 */
int cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_level);

/* Whether this process may have n more descriptors at once. */
bool descriptors_left(unsigned int n);

#endif
