// SPDX-License-Identifier: MIT
#include "store/series.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

static int open_file(const char *path, struct series *series, struct error *error)
{
	series->file_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (series->file_fd < 0)
		return error_set(error, -errno, "cannot open %s: %s", path, strerror(errno));
	return 0;
}

static int open_dir(const char *path, struct series *series, struct error *error)
{
	struct stat st;
	int err;

	series->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (series->dir_fd < 0)
		return error_set(error, -errno, "cannot open the store %s: %s", path,
				 strerror(errno));
	err = segments_list(series->dir_fd, NULL, &series->segments, &series->n);
	if (err)
		return error_set(error, err, "cannot read the store %s: %s", path, strerror(-err));
	/* A store in which nothing was written yet has its lock. */
	if (!series->n && fstatat(series->dir_fd, "lock", &st, AT_SYMLINK_NOFOLLOW))
		return error_set(error, -ENOENT,
				 "%s is no store: name the directory that record writes to", path);
	return 0;
}

int series_open(const char *path, struct series *ret, struct error *error)
{
	struct series series = {.dir_fd = -1, .file_fd = -1, .path = strdup(path)};
	struct stat st;
	int err;

	if (!series.path)
		return error_set(error, -ENOMEM, "out of memory");
	if (stat(path, &st))
		err = error_set(error, -errno, "cannot open the store %s: %s", path,
				strerror(errno));
	else if (S_ISREG(st.st_mode))
		err = open_file(path, &series, error);
	else
		err = open_dir(path, &series, error);
	if (err) {
		series_close(&series);
		return err;
	}
	*ret = series;
	return 0;
}

void series_close(struct series *series)
{
	cleanup_close(&series->dir_fd);
	cleanup_close(&series->file_fd);
	free(series->segments);
	free(series->path);
}

static bool is_same_boot(const struct segment *a, const struct segment *b)
{
	return !strcmp(a->boot, b->boot);
}

/*
 * Where to go on in a new list: behind the last one that was taken, which may be gone. Where all of
 * its boot is, what is there is newer.
 */
static size_t place_behind(const struct series *series, const struct segment *segments, size_t n)
{
	size_t next = 0;

	for (size_t i = 0; i < n; i++)
		if (is_same_boot(&segments[i], &series->last) &&
		    segments[i].first_seq <= series->last.first_seq)
			next = i + 1;
	if (next)
		return next;
	while (next < n && !is_same_boot(&segments[next], &series->last))
		next++;
	return next < n ? next : 0;
}

static void look_again(struct series *series)
{
	struct segment *segments;
	size_t n;

	if (series->dir_fd < 0 || segments_list(series->dir_fd, NULL, &segments, &n))
		return;
	series->next = series->last.boot[0] ? place_behind(series, segments, n) : 0;
	free(series->segments);
	series->segments = segments;
	series->n = n;
}

bool series_has_next(struct series *series)
{
	if (series->next == series->n)
		look_again(series);
	return series->file_fd >= 0 || series->next < series->n;
}

int series_next(struct series *series)
{
	int fd = series->file_fd;

	series->file_fd = -1;
	if (fd >= 0)
		return fd;
	while (series_has_next(series)) {
		series->last = series->segments[series->next++];
		fd = segment_open(series->dir_fd, &series->last, O_RDONLY, 0);
		if (fd != -ENOENT)
			return fd;
	}
	return -ENOENT;
}

void series_name(const struct series *series, char *ret, size_t size)
{
	char name[SEGMENT_NAME_LEN + 1];

	if (series->dir_fd < 0) {
		snprintf(ret, size, "%s", series->path);
		return;
	}
	segment_name(series->last.first_seq, name);
	snprintf(ret, size, "%s/%s/%s", series->path, series->last.boot, name);
}
