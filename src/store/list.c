// SPDX-License-Identifier: MIT
#include "store/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "store/walk.h"
#include "util/buffer.h"
#include "util/cleanup.h"
#include "util/part.h"
#include "util/vector.h"

#define SUFFIX ".ndjson.zst"
#define DIGITS 20

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

void segment_name(uint64_t first_seq, char ret[SEGMENT_NAME_LEN + 1])
{
	struct buffer name = {.data = ret, .cap = SEGMENT_NAME_LEN};

	buffer_u64_padded(&name, first_seq, DIGITS);
	buffer_puts(&name, SUFFIX);
	ret[name.len] = 0;
}

bool segment_name_read(const char *name, uint64_t *ret_first_seq)
{
	char again[SEGMENT_NAME_LEN + 1];
	uint64_t seq = 0;

	if (strlen(name) != SEGMENT_NAME_LEN)
		return false;
	for (size_t i = 0; i < DIGITS; i++)
		seq = seq * 10 + (uint64_t)(name[i] - '0');
	segment_name(seq, again);
	if (strcmp(name, again) != 0)
		return false;
	*ret_first_seq = seq;
	return true;
}

bool boot_name_is_good(const char *name)
{
	return strlen(name) <= STORE_BOOT_MAX &&
	       part_all_of((struct part){name, strlen(name)}, PART_HEX "-");
}

int boot_open(int dir_fd, const char *boot)
{
	int fd = openat(dir_fd, boot, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int segment_open(int dir_fd, const struct segment *segment, int flags, mode_t mode)
{
	_cleanup_close_ int boot_fd = boot_open(dir_fd, segment->boot);
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	int fd, err;

	if (boot_fd < 0)
		return boot_fd;
	segment_name(segment->first_seq, name);
	fd = openat(boot_fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/* Takes what else lies there for nothing of ours. */
static int add_segment(int boot_fd, const char *boot, const char *name, struct vector *segments)
{
	struct segment segment = {0};
	struct stat st;

	if (!segment_name_read(name, &segment.first_seq) ||
	    fstatat(boot_fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return 0;
	memcpy(segment.boot, boot, strlen(boot) + 1);
	segment.size = (uint64_t)st.st_size;
	segment.ino = st.st_ino;
	return vector_push(segments, &segment, sizeof(segment));
}

static int list_boot(int dir_fd, const char *boot, struct vector *segments)
{
	int fd = boot_open(dir_fd, boot);
	_cleanup_(cleanup_closedir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	/* A file, a link, or one that went meanwhile. */
	if (fd == -ENOTDIR || fd == -ELOOP || fd == -ENOENT)
		return 0;
	if (!dir) {
		err = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (errno = 0, entry = readdir(dir)))
		err = add_segment(fd, boot, entry->d_name, segments);
	return err ? err : -errno;
}

static int list_all(int dir_fd, struct vector *segments)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(cleanup_closedir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (errno = 0, entry = readdir(dir)))
		if (boot_name_is_good(entry->d_name))
			err = list_boot(dir_fd, entry->d_name, segments);
	return err ? err : -errno;
}

/* A boot's segments side by side. */
static int compare_names(const void *a, const void *b)
{
	const struct segment *left = a, *right = b;
	int boots = strcmp(left->boot, right->boot);

	if (boots)
		return boots;
	return (left->first_seq > right->first_seq) - (left->first_seq < right->first_seq);
}

/* since_ns is the whole boot's. */
static int compare_boots(const void *a, const void *b)
{
	const struct segment *left = a, *right = b;

	if (left->since_ns != right->since_ns)
		return left->since_ns < right->since_ns ? -1 : 1;
	return compare_names(a, b);
}

/* The first time that a boot's segments know becomes that of each; returns how many they are. */
static size_t date_boot(int dir_fd, const char *last_boot, struct segment *segments, size_t n)
{
	uint64_t since_ns = 0;
	size_t of_boot = 0;
	bool is_over;

	for (; of_boot < n && !strcmp(segments[of_boot].boot, segments->boot); of_boot++)
		if (!since_ns)
			since_ns = segment_since(dir_fd, &segments[of_boot]);
	is_over = !last_boot || strcmp(segments->boot, last_boot) != 0;
	if (!is_over)
		since_ns = UINT64_MAX;
	segments[of_boot - 1].is_last = is_over;
	for (size_t i = 0; i < of_boot; i++)
		segments[i].since_ns = since_ns;
	return of_boot;
}

int segments_list(int dir_fd, const char *last_boot, struct segment **ret, size_t *ret_n)
{
	struct vector segments = {0};
	int err = list_all(dir_fd, &segments);

	if (err) {
		vector_free(&segments);
		return err;
	}
	if (segments.n)
		qsort(segments.items, segments.n, sizeof(struct segment), compare_names);
	for (size_t i = 0; i < segments.n;)
		i += date_boot(dir_fd, last_boot, (struct segment *)segments.items + i,
			       segments.n - i);
	if (segments.n)
		qsort(segments.items, segments.n, sizeof(struct segment), compare_boots);
	*ret = segments.items;
	*ret_n = segments.n;
	return 0;
}
