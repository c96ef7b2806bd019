// SPDX-License-Identifier: MIT
#include "probe/pin_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/magic.h>

#include "util/cleanup.h"
#include "util/parse.h"

/* A process that was killed gives its lock back a little after its end can be seen. */
#define LOCK_TRIES    20
#define LOCK_PAUSE_NS 25000000

/* A generation's number, as a name. */
#define NUMBER_MAX 12

bool is_on_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && (uint32_t)fs.f_type == BPF_FS_MAGIC;
}

/* Whether the directory that it would be in is on a BPF file system, as far as there is one. */
static bool may_be_on_bpffs(const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	size_t len = parent ? strlen(parent) : 0;
	char *slash;

	while (len > 1 && parent[len - 1] == '/')
		parent[--len] = '\0';
	slash = parent ? strrchr(parent, '/') : NULL;
	if (!slash)
		return is_on_bpffs(".");
	slash[slash == parent] = '\0';
	return is_on_bpffs(parent) || access(parent, F_OK);
}

static const char *what_for(bool make)
{
	return make ? "pin to" : "detach what is in";
}

static int refuse_place(const char *path, bool make, struct error *error)
{
	return error_set(error, -EINVAL, "cannot %s %s: it is not on a BPF file system%s",
			 what_for(make), path,
			 make ? "; mount one: mount -t bpf bpf /sys/fs/bpf" : "");
}

static const char *why_not_made(int err, const char *name)
{
	if (err == ENOENT)
		return ": the directory that it would be in is not there";
	return strchr(name, '.') ? ": a BPF file system takes no dots in names" : "";
}

static int make_dir(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');

	if (!mkdir(path, 0700) || errno == EEXIST)
		return 0;
	return error_set(error, -errno, "cannot make %s: %s%s", path, strerror(errno),
			 why_not_made(errno, slash ? slash : path));
}

/*
 * A recorder trusts what is in it: nobody else may have put it there. Root may look at any, to take
 * it away.
 */
static int check_owner(int fd, const char *path, bool make, struct error *error)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_set(error, -errno, "cannot look at %s: %s", path, strerror(errno));
	if ((make || geteuid()) && st.st_uid != geteuid())
		return error_set(error, -EPERM,
				 "cannot %s %s: it belongs to user %u; give it to user %u, or "
				 "name a directory of that user's",
				 what_for(make), path, st.st_uid, geteuid());
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(error, -EPERM,
				 "cannot %s %s: others may write to it; chmod 700 it, or name "
				 "another directory in it",
				 what_for(make), path);
	return 0;
}

int pin_dir_holder(int dir_fd)
{
	_cleanup_fclose_ FILE *locks = fopen("/proc/locks", "re");
	unsigned int major, minor;
	unsigned long inode;
	char line[256];
	struct stat st;
	int pid;

	if (!locks || fstat(dir_fd, &st))
		return 0;
	while (fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%lu", &pid, &major, &minor, &inode) ==
			    4 &&
		    inode == st.st_ino && major == major(st.st_dev) && minor == minor(st.st_dev))
			return pid;
	return 0;
}

static int lock_dir(int fd, const char *path, struct error *error)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK)
			return error_set(error, -errno, "cannot lock %s: %s", path,
					 strerror(errno));
		nanosleep(&pause, NULL);
	}
	return error_set(error, -EBUSY, "%s is in use: a recorder runs, pid %d; stop that first",
			 path, pin_dir_holder(fd));
}

int pin_dir_open(const char *path, bool make, struct error *error)
{
	int err, fd;

	if (make && access(path, F_OK)) {
		if (!may_be_on_bpffs(path))
			return refuse_place(path, make, error);
		err = make_dir(path, error);
		if (err)
			return err;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "cannot open %s: %s", path, strerror(errno));
	if (!is_on_bpffs(path))
		err = refuse_place(path, make, error);
	else
		err = check_owner(fd, path, make, error);
	if (!err)
		err = lock_dir(fd, path, error);
	if (err)
		close(fd);
	return err ? err : fd;
}

/* The caller closes it. */
static DIR *list_dir(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

int pin_dir_generations(int dir_fd, uint32_t *ret, int n_max)
{
	DIR *dir = list_dir(dir_fd, ".");
	struct dirent *entry;
	uint64_t number;
	int n = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (parse_u64(entry->d_name, 1, UINT32_MAX, &number))
			continue;
		if (n < n_max)
			ret[n] = (uint32_t)number;
		n++;
	}
	closedir(dir);
	return n;
}

void pin_path(char ret[static PIN_PATH_MAX], const char *dir, uint32_t generation, const char *kind,
	      const char *name)
{
	if (name)
		snprintf(ret, PIN_PATH_MAX, "%s/%" PRIu32 "/%s_%s", dir, generation, kind,
			 name + (*name == '.'));
	else
		snprintf(ret, PIN_PATH_MAX, "%s/%" PRIu32, dir, generation);
}

int pin_get(const char *dir, uint32_t generation, const char *kind, const char *name)
{
	char path[PIN_PATH_MAX];
	int fd;

	pin_path(path, dir, generation, kind, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/* Calls for each name in it. Returns 0 or the last -errno. */
static int each_pin(int dir_fd, uint32_t generation,
		    int (*visit)(int fd, const char *name, void *ctx), void *ctx)
{
	char number[NUMBER_MAX];
	struct dirent *entry;
	DIR *dir;
	int err = 0;

	snprintf(number, sizeof(number), "%" PRIu32, generation);
	dir = list_dir(dir_fd, number);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			int failed = visit(dirfd(dir), entry->d_name, ctx);

			err = failed ? failed : err;
		}
	closedir(dir);
	return err;
}

struct kind_count {
	const char *kind;
	int n;
};

static int count_kind(int fd, const char *name, void *ctx)
{
	struct kind_count *count = ctx;
	size_t len = strlen(count->kind);

	(void)fd;
	count->n += !strncmp(name, count->kind, len) && name[len] == '_';
	return 0;
}

int pin_count(int dir_fd, uint32_t generation, const char *kind)
{
	struct kind_count count = {.kind = kind};
	int err = each_pin(dir_fd, generation, count_kind, &count);

	return err ? err : count.n;
}

static int unpin(int fd, const char *name, void *ctx)
{
	(void)ctx;
	return unlinkat(fd, name, 0) ? -errno : 0;
}

int pin_dir_remove(int dir_fd, uint32_t generation)
{
	char number[NUMBER_MAX];
	int err = each_pin(dir_fd, generation, unpin, NULL);

	snprintf(number, sizeof(number), "%" PRIu32, generation);
	if (!err && unlinkat(dir_fd, number, AT_REMOVEDIR))
		err = -errno;
	return err;
}
