// SPDX-License-Identifier: MIT
/*
 * What root has made is given to whom it becomes: no more than that, whatever lies in the
 * directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/parts.h"
#include "util/cleanup.h"

static bool is_of_store(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "lock") ||
	       !strcmp(name, "lost+found") || boot_name_is_good(name);
}

/* A directory that is for other things as well, such as /tmp, must not become that user's. */
static int check_is_own(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = dir ? 0 : -errno;

	if (!dir && fd >= 0)
		close(fd);
	while (!err && (errno = 0, entry = readdir(dir)))
		err = is_of_store(entry->d_name) ? 0 : -ENOTEMPTY;
	if (!err)
		err = -errno;
	if (dir)
		closedir(dir);
	return err;
}

/* One with further names may be anybody's: who had the directory before can have linked it there.
 */
static int give_file(int fd, uid_t uid, gid_t gid)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return -EMLINK;
	return fchown(fd, uid, gid) ? -errno : 0;
}

static int give_segment(int dir_fd, const struct segment *segment, uid_t uid, gid_t gid)
{
	_cleanup_close_ int boot_fd = boot_open(dir_fd, segment->boot);
	_cleanup_close_ int fd = segment_open(dir_fd, segment, O_RDONLY, 0);

	if (boot_fd < 0 || fd < 0)
		return boot_fd < 0 ? boot_fd : fd;
	return fchown(boot_fd, uid, gid) ? -errno : give_file(fd, uid, gid);
}

/* The directory last: as long as it is root's, nobody else changes what is in it. */
int store_give(struct store *store, uid_t uid, gid_t gid)
{
	const struct place *place = &store->place;
	const struct past *past = &store->past;
	int err = check_is_own(place->dir_fd);

	for (size_t i = 0; !err && i < past->n; i++)
		err = give_segment(place->dir_fd, &past->segments[i], uid, gid);
	if (!err)
		err = give_file(place->lock_fd, uid, gid);
	if (!err && (fchown(place->boot_fd, uid, gid) || fchown(place->dir_fd, uid, gid)))
		err = -errno;
	return err;
}
