// SPDX-License-Identifier: MIT
#include "util/netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <mntent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/vector.h"

int netns_open(const char *path, uint32_t *ret_inum)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	/* A file that is no namespace fails with ENOTTY. */
	if (fstat(fd, &st))
		err = -errno;
	else if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		err = -EINVAL;
	if (err) {
		close(fd);
		return err;
	}
	*ret_inum = (uint32_t)st.st_ino;
	return fd;
}

struct visits {
	const struct netns_visit *how;
	struct vector seen; /* of uint32_t */
	int err;	    /* what came of them */
};

static bool was_seen(const struct visits *visits, uint32_t inum)
{
	const uint32_t *seen = visits->seen.items;

	for (size_t i = 0; i < visits->seen.n; i++)
		if (seen[i] == inum)
			return true;
	return false;
}

static bool is_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

/* In the descriptor's. Returns 0 or what inside() has returned. */
static int enter(struct visits *visits, int fd, uint32_t inum)
{
	const struct netns_visit *how = visits->how;
	int err = vector_push(&visits->seen, &inum, sizeof(inum));

	if (err || !how->wants(how->ctx, inum))
		return err;
	if (setns(fd, CLONE_NEWNET)) {
		how->refused(how->ctx, inum, -errno);
		return 0;
	}
	return how->inside(how->ctx, inum);
}

/* path: of a file that was a moment ago. *ret_err: why it could not be opened, if it is not gone.
 */
static int visit_path(struct visits *visits, const char *path, int *ret_err)
{
	uint32_t inum = 0;
	_cleanup_close_ int fd = netns_open(path, &inum);

	*ret_err = fd < 0 && !is_gone(fd) ? fd : 0;
	return fd < 0 || was_seen(visits, inum) ? 0 : enter(visits, fd, inum);
}

/* What the link says is enough for most: they are in a namespace that was visited. */
static int visit_process(struct visits *visits, const char *pid)
{
	const struct netns_visit *how = visits->how;
	char path[64], link[64] = "";
	int err = 0, unopened = 0;
	uint32_t inum = 0;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		unopened = is_gone(-errno) ? 0 : -errno;
	else if (sscanf(link, "net:[%u]", &inum) != 1 || !was_seen(visits, inum))
		err = visit_path(visits, path, &unopened);
	if (unopened)
		how->untold(how->ctx, (uint32_t)strtoul(pid, NULL, 10), unopened);
	return err;
}

static int visit_processes(struct visits *visits)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			err = visit_process(visits, entry->d_name);
	closedir(proc);
	return err;
}

/* `ip netns add` and container runtimes keep them so. */
static int visit_mounts(struct visits *visits)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;
	int err = 0, other; /* a namespace of another kind */

	while (mounts && !err && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, "nsfs"))
			err = visit_path(visits, entry->mnt_dir, &other);
	if (mounts)
		endmntent(mounts);
	return err;
}

static int visit_own(struct visits *visits, uint32_t inum)
{
	const struct netns_visit *how = visits->how;
	int err = vector_push(&visits->seen, &inum, sizeof(inum));

	if (err || !how->wants(how->ctx, inum))
		return err;
	return how->inside(how->ctx, inum);
}

static int visit_all(struct visits *visits)
{
	uint32_t inum = 0;
	_cleanup_close_ int own = netns_open("/proc/thread-self/ns/net", &inum);
	int err;

	if (own < 0)
		return own;
	err = visit_own(visits, inum);
	if (!err)
		err = visit_processes(visits);
	return err ? err : visit_mounts(visits);
}

static void *run(void *arg)
{
	struct visits *visits = arg;

	visits->err = visit_all(visits);
	return NULL;
}

/* Where the main thread is, the process is taken to be, as by `ip netns pids NAME | xargs kill`. */
int netns_visit_all(const struct netns_visit *visit)
{
	struct visits visits = {.how = visit};
	pthread_t thread;
	int err = pthread_create(&thread, NULL, run, &visits);

	if (err)
		return -err;
	pthread_join(thread, NULL);
	vector_free(&visits.seen);
	return visits.err;
}
