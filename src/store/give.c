// SPDX-License-Identifier: MIT
/*
 * What root has made is given to whom it becomes: no more than that, whatever lies in the
 * directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/parts.h"
#include "util/cleanup.h"

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
	int err = place_check(place->dir_fd);

	for (size_t i = 0; !err && i < past->n; i++)
		err = give_segment(place->dir_fd, &past->segments[i], uid, gid);
	if (!err)
		err = give_file(place->lock_fd, uid, gid);
	if (!err && (fchown(place->boot_fd, uid, gid) || fchown(place->dir_fd, uid, gid)))
		err = -errno;
	return err;
}
