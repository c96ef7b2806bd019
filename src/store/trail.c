// SPDX-License-Identifier: MIT
#include "store/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/walk.h"
#include "util/cleanup.h"

/* Whether it has a frame that is whole, also one of a version to come. */
static bool is_segment(int fd)
{
	_cleanup_(walk_end) struct walk walk = {0};
	int found = walk_begin(&walk, fd);

	if (!found)
		found = walk_next(&walk);
	return found == 1 || found == -ENOTSUP;
}

static int open_file(const char *path, struct trail *trail, struct error *error)
{
	trail->file_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (trail->file_fd < 0)
		return error_set(error, -errno, "cannot open %s: %s", path, strerror(errno));
	if (!is_segment(trail->file_fd))
		return error_set(error, -EINVAL,
				 "%s has nothing of a store: name the directory that record writes "
				 "to, or a segment in it",
				 path);
	return 0;
}

static int open_dir(const char *path, struct trail *trail, struct error *error)
{
	struct stat st;
	int err;

	trail->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trail->dir_fd < 0)
		return error_set(error, -errno, "cannot open the store %s: %s", path,
				 strerror(errno));
	err = segments_list(trail->dir_fd, trail->last_boot, &trail->segments, &trail->n);
	if (err)
		return error_set(error, err, "cannot read the store %s: %s", path, strerror(-err));
	/* A store in which nothing was written yet has its lock. */
	if (!trail->n && fstatat(trail->dir_fd, "lock", &st, AT_SYMLINK_NOFOLLOW))
		return error_set(error, -ENOENT,
				 "%s is no store: name the directory that record writes to", path);
	return 0;
}

int trail_open(const char *path, const char *last_boot, struct trail *ret, struct error *error)
{
	struct trail trail = {
		.dir_fd = -1, .file_fd = -1, .path = strdup(path), .last_boot = last_boot};
	struct stat st;
	int err;

	if (!trail.path)
		return error_set(error, -ENOMEM, "out of memory");
	if (stat(path, &st))
		err = error_set(error, -errno, "cannot open the store %s: %s", path,
				strerror(errno));
	else if (S_ISREG(st.st_mode))
		err = open_file(path, &trail, error);
	else
		err = open_dir(path, &trail, error);
	if (err) {
		trail_close(&trail);
		return err;
	}
	*ret = trail;
	return 0;
}

void trail_close(struct trail *trail)
{
	cleanup_close(&trail->dir_fd);
	cleanup_close(&trail->file_fd);
	free(trail->segments);
	free(trail->path);
}

static bool is_same_boot(const struct segment *a, const struct segment *b)
{
	return !strcmp(a->boot, b->boot);
}

/*
 * Where to go on in a new list: behind the last one that was taken, which may be gone. Where all of
 * its boot is, what is there is newer.
 */
static size_t place_behind(const struct trail *trail, const struct segment *segments, size_t n)
{
	size_t next = 0;

	for (size_t i = 0; i < n; i++)
		if (is_same_boot(&segments[i], &trail->last) &&
		    segments[i].first_seq <= trail->last.first_seq)
			next = i + 1;
	if (next)
		return next;
	while (next < n && !is_same_boot(&segments[next], &trail->last))
		next++;
	return next < n ? next : 0;
}

/*
 * Whether the boot's lines begin anew, in other files: its oldest segments leave first, so where
 * the last one that was taken is gone, so are all before it.
 */
static bool begins_anew(const struct trail *trail, const struct segment *segments, size_t n)
{
	bool before = false;

	for (size_t i = 0; i < n; i++) {
		if (!is_same_boot(&segments[i], &trail->last))
			continue;
		if (segments[i].first_seq == trail->last.first_seq)
			return segments[i].ino != trail->last.ino;
		before |= segments[i].first_seq < trail->last.first_seq;
	}
	return before;
}

static void look_again(struct trail *trail)
{
	struct segment *segments;
	size_t n;

	if (trail->dir_fd < 0 || segments_list(trail->dir_fd, trail->last_boot, &segments, &n))
		return;
	trail->is_anew |= trail->last.boot[0] && begins_anew(trail, segments, n);
	trail->next = trail->last.boot[0] ? place_behind(trail, segments, n) : 0;
	free(trail->segments);
	trail->segments = segments;
	trail->n = n;
}

int trail_seek(struct trail *trail, const char *boot, uint64_t seq)
{
	size_t found = trail->n;

	for (size_t i = 0; i < trail->n; i++)
		if (!strcmp(trail->segments[i].boot, boot) &&
		    (found == trail->n || trail->segments[i].first_seq <= seq))
			found = i;
	if (found == trail->n)
		return -ENOENT;
	trail->next = found;
	return 0;
}

bool trail_has_next(struct trail *trail)
{
	if (trail->next == trail->n)
		look_again(trail);
	return trail->file_fd >= 0 || trail->next < trail->n;
}

int trail_next(struct trail *trail)
{
	int fd = trail->file_fd;

	trail->file_fd = -1;
	if (fd >= 0)
		return fd;
	while (trail_has_next(trail)) {
		trail->last = trail->segments[trail->next++];
		fd = segment_open(trail->dir_fd, &trail->last, O_RDONLY, 0);
		if (fd != -ENOENT)
			return fd;
	}
	return -ENOENT;
}

/* A segment lies two directories below that of its store. */
static int open_lock(const struct trail *trail)
{
	_cleanup_free_ char *path = strdup(trail->path);
	char lock[PATH_MAX + 16];

	if (trail->dir_fd >= 0)
		return openat(trail->dir_fd, "lock",
			      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (!path)
		return -1;
	snprintf(lock, sizeof(lock), "%s/../lock", dirname(path));
	return open(lock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

bool trail_is_written(const struct trail *trail)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	_cleanup_close_ int fd = open_lock(trail);

	if (fd < 0)
		return errno != ENOENT;
	return fcntl(fd, F_GETLK, &lock) || lock.l_type != F_UNLCK;
}

void trail_name(const struct trail *trail, char *ret, size_t size)
{
	char name[SEGMENT_NAME_LEN + 1];

	if (trail->dir_fd < 0) {
		snprintf(ret, size, "%s", trail->path);
		return;
	}
	segment_name(trail->last.first_seq, name);
	snprintf(ret, size, "%s/%s/%s", trail->path, trail->last.boot, name);
}
