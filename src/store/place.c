// SPDX-License-Identifier: MIT
#include "store/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

#define PARENT_MODE 0755
#define DIR_MODE    0750
#define LOCK_MODE   0640

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static int check_boot(const char *boot, struct error *error)
{
	if (boot_name_is_good(boot))
		return 0;
	return error_set(error, -EINVAL,
			 "'%s' is no boot id: the kernel's is in /proc/sys/kernel/random/boot_id",
			 boot);
}

/*
 * Makes what lacks of the path; what is wrong with it, opening it says. What leads to the store is
 * for everybody to go through, whatever the umask of who starts the recorder.
 */
static int make_dirs(const char *dir)
{
	_cleanup_free_ char *path = strdup(dir);
	mode_t mask;
	int err;

	if (!path)
		return -ENOMEM;
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/';)
		path[--n] = 0;
	mask = umask(0);
	for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
		*slash = 0;
		mkdir(path, PARENT_MODE);
		*slash = '/';
	}
	err = mkdir(path, DIR_MODE) && errno != EEXIST ? -errno : 0;
	umask(mask);
	return err;
}

static int open_dir(const char *dir, struct place *place, struct error *error)
{
	int err = make_dirs(dir);

	if (!err)
		place->dir_fd = open(dir, OPEN_DIR);
	if (!err && place->dir_fd < 0)
		err = -errno;
	if (err)
		return error_set(error, err, "cannot use %s as a store: %s", dir, strerror(-err));
	return 0;
}

static bool is_of_store(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "lock") ||
	       !strcmp(name, "lost+found") || boot_name_is_good(name);
}

/* A directory that is for other things as well, such as /tmp, must not become that user's. */
int place_check(int dir_fd)
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

/* Before anything is made in it: what is refused stays as it was. */
static int check_dir(const char *dir, struct place *place, struct error *error)
{
	int err = place_check(place->dir_fd);

	if (err == -ENOTEMPTY)
		return error_set(error, err,
				 "cannot use %s as a store: there is more in it than a store; name "
				 "a directory of its own",
				 dir);
	if (err)
		return error_set(error, err, "cannot read %s: %s", dir, strerror(-err));
	return 0;
}

static int refuse_second(const char *dir, int fd, struct error *error)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	/* The pid is 0 where it means nothing here: in another namespace. */
	if (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK || lock.l_pid <= 0)
		return error_set(
			error, -EBUSY,
			"another process writes to the store %s: end it, or name another directory",
			dir);
	return error_set(error, -EBUSY,
			 "process %d writes to the store %s: end it, or name another directory",
			 lock.l_pid, dir);
}

/* Of this process, and of none that it forks. */
static int take_lock(const char *dir, struct place *place, struct error *error)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	place->lock_fd = openat(place->dir_fd, "lock",
				O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, LOCK_MODE);
	if (place->lock_fd < 0)
		return error_set(error, -errno, "cannot open %s/lock: %s", dir, strerror(errno));
	fchmod(place->lock_fd, LOCK_MODE); /* whatever the umask; not if it is another's */
	if (!fcntl(place->lock_fd, F_SETLK, &lock))
		return 0;
	if (errno == EACCES || errno == EAGAIN)
		return refuse_second(dir, place->lock_fd, error);
	return error_set(error, -errno, "cannot lock %s/lock: %s", dir, strerror(errno));
}

static int open_boot(const char *dir, const char *boot, struct place *place, struct error *error)
{
	int made = mkdirat(place->dir_fd, boot, DIR_MODE);

	if (made && errno != EEXIST)
		return error_set(error, -errno, "cannot make %s/%s: %s", dir, boot,
				 strerror(errno));
	place->boot_fd = boot_open(place->dir_fd, boot);
	if (place->boot_fd < 0)
		return error_set(error, place->boot_fd, "cannot open %s/%s: %s", dir, boot,
				 strerror(-place->boot_fd));
	if (!made) {
		fchmod(place->boot_fd, DIR_MODE);
		fsync(place->dir_fd);
	}
	strcpy(place->boot, boot);
	return 0;
}

int place_open(const char *dir, const char *boot, struct place *ret, struct error *error)
{
	struct place place = {.dir_fd = -1, .lock_fd = -1, .boot_fd = -1};
	int err = check_boot(boot, error);

	if (!err)
		err = open_dir(dir, &place, error);
	if (!err)
		err = check_dir(dir, &place, error);
	if (!err)
		err = take_lock(dir, &place, error);
	if (!err)
		err = open_boot(dir, boot, &place, error);
	if (err) {
		place_close(&place);
		return err;
	}
	*ret = place;
	return 0;
}

bool file_is_removed(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && !st.st_nlink;
}

static int renew_lock(struct place *place)
{
	struct place fresh = {.dir_fd = place->dir_fd, .lock_fd = -1};
	struct error error;
	int err;

	if (!file_is_removed(place->lock_fd))
		return 0;
	err = take_lock("the store", &fresh, &error);
	if (err) {
		cleanup_close(&fresh.lock_fd);
		return err;
	}
	close(place->lock_fd);
	place->lock_fd = fresh.lock_fd;
	return 0;
}

int place_renew(struct place *place, int *ret_old)
{
	struct place fresh = {.dir_fd = place->dir_fd};
	struct error error;
	int err = renew_lock(place);

	if (!err)
		err = open_boot("the store", place->boot, &fresh, &error);
	if (err)
		return err;
	*ret_old = place->boot_fd;
	place->boot_fd = fresh.boot_fd;
	return 0;
}

void place_close(struct place *place)
{
	cleanup_close(&place->boot_fd);
	cleanup_close(&place->lock_fd);
	cleanup_close(&place->dir_fd);
}
