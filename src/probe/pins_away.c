// SPDX-License-Identifier: MIT
#include "probe/pins_away.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "contract/config.h"
#include "probe/pins.h"
#include "probe/unread.h"
#include "util/cleanup.h"

/* A running program may still be at its last record. */
#define LAST_RECORD_US 50000

/* Directories in each other that are looked into. */
#define DEPTH_MAX 3

/* Of another version's, which has another struct shared, that is not known. */
static uint64_t since_of(const char *dir, uint32_t generation)
{
	_cleanup_close_ int fd = pin_get(dir, generation, "map", ".bss");
	_cleanup_free_ struct shared *shared = malloc(sizeof(*shared));
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info), key = 0;

	if (fd < 0 || !shared || bpf_obj_get_info_by_fd(fd, &info, &size) ||
	    info.value_size != sizeof(*shared) || bpf_map_lookup_elem(fd, &key, shared))
		return 0;
	return shared->observed_ns;
}

static int take(const char *dir, int dir_fd, uint32_t generation, struct pins_taken *sum)
{
	_cleanup_close_ int ring = pin_get(dir, generation, "map", "ring");
	int programs = pin_count(dir_fd, generation, "link");
	uint64_t since_ns = since_of(dir, generation), unread;
	int err = pin_dir_remove(dir_fd, generation);

	if (err)
		return err;
	sum->programs += programs > 0 ? programs : 0;
	if (since_ns)
		sum->since_ns = since_ns;
	usleep(LAST_RECORD_US);
	if (ring < 0 || unread_events(ring, &unread))
		return 0;
	/* All generations have one ring. */
	sum->unread_known = true;
	sum->unread = unread;
	return 0;
}

static int take_all(const char *dir, int dir_fd, struct pins_taken *ret)
{
	uint32_t found[PIN_GENERATIONS_MAX];
	int n = pin_dir_generations(dir_fd, found, PIN_GENERATIONS_MAX), err = n < 0 ? n : 0;

	for (int i = 0; !err && i < n && i < PIN_GENERATIONS_MAX; i++)
		err = take(dir, dir_fd, found[i], ret);
	if (!err && n > PIN_GENERATIONS_MAX)
		return take_all(dir, dir_fd, ret);
	return err;
}

int pins_take_away(const char *dir, struct pins_taken *ret, struct error *error)
{
	_cleanup_close_ int fd = pin_dir_open(dir, false, error);
	int err;

	*ret = (struct pins_taken){0};
	if (fd < 0)
		return fd;
	err = take_all(dir, fd, ret);
	if (err)
		return error_set(error, err, "cannot take away what is pinned in %s: %s", dir,
				 strerror(-err));
	/* It may be another user's to remove, and does no harm. */
	rmdir(dir);
	return 0;
}

static bool is_left(int dir_fd, const char *path)
{
	uint32_t found[PIN_GENERATIONS_MAX];
	int n = pin_dir_generations(dir_fd, found, PIN_GENERATIONS_MAX);
	char name[PIN_PATH_MAX];

	for (int i = 0; i < n && i < PIN_GENERATIONS_MAX; i++) {
		pin_path(name, path, found[i], "prog", "state_first");
		if (!access(name, F_OK))
			return !pin_dir_holder(dir_fd);
	}
	return false;
}

/* Adds those at path, and below it, to *n; ret: the first of all. */
static void find_below(const char *path, int depth, unsigned int *n, char ret[static PATH_MAX])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char below[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	if (fd >= 0 && is_left(fd, path)) {
		if (!(*n)++)
			snprintf(ret, PATH_MAX, "%s", path);
		return;
	}
	dir = fd >= 0 && depth ? opendir(path) : NULL;
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			    (int)sizeof(below))
			find_below(below, depth - 1, n, ret);
	if (dir)
		closedir(dir);
}

unsigned int pins_find_left(const char *below, char ret[static PATH_MAX])
{
	unsigned int n = 0;

	if (is_on_bpffs(below))
		find_below(below, DEPTH_MAX, &n, ret);
	return n;
}
