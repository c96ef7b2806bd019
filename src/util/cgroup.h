/* SPDX-License-Identifier: MIT */
/* Cgroups of version 2: where they are mounted, and what the kernel calls one. */
#ifndef UTIL_CGROUP_H
#define UTIL_CGROUP_H

#include <limits.h>
#include <stdint.h>

/* The directory where cgroup2 is mounted, the first if there are several. 0, or -ENODEV: nowhere.
 */
int cgroup_root(char root[PATH_MAX]);

/*
 * path: the cgroup's directory, or its path below where cgroup2 is mounted. *ret_id: its kernel id,
 * the inode number; *ret_level: how deep it lies below the root (0). Returns 0, or -ENODEV (no
 * cgroup2 is mounted), -ENOENT, -ENOTDIR, -EINVAL (no cgroup of version 2) and the like.
 */
int cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_level);

#endif
