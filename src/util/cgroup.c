// SPDX-License-Identifier: MIT
#include "util/cgroup.h"

#include <errno.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

int cgroup_root(char root[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;
	int err = -ENODEV;

	while (mounts && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, "cgroup2")) {
			snprintf(root, PATH_MAX, "%s", entry->mnt_dir);
			err = 0;
			break;
		}
	if (mounts)
		endmntent(mounts);
	return err;
}

static uint32_t count_components(const char *path)
{
	uint32_t n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1] && path[1] != '/';
	return n;
}

int cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_level)
{
	char root[PATH_MAX], below[2 * PATH_MAX], real[PATH_MAX];
	struct statfs fs;
	struct stat st;
	int err = cgroup_root(root);

	if (err)
		return err;
	snprintf(below, sizeof(below), "%s/%s", root, path);
	if (!realpath(path, real) || statfs(real, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		if (!realpath(below, real))
			return -errno;
	if (statfs(real, &fs) || stat(real, &st))
		return -errno;
	if (fs.f_type != CGROUP2_SUPER_MAGIC || strncmp(real, root, strlen(root)))
		return -EINVAL;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	*ret_id = st.st_ino;
	*ret_level = count_components(real + strlen(root));
	return 0;
}
