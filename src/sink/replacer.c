// SPDX-License-Identifier: MIT
#include "sink/replacer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/thread.h"

/* Little is called, but sanitizers have larger frames; only what is used takes memory. */
#define STACK_SIZE (256 * 1024)

#define SIZE_FIRST (64 * 1024)
#define MODE	   0644

struct replacer {
	int dir_fd;
	char *name, *beside; /* in dir: the file, and the one that takes its place */
	struct buffer buffer;

	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool full; /* the buffer is the thread's, until it is written */
	bool end;
	int err;
};

/* The thread */

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0)
			return -errno;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

/* O_EXCL: whatever someone else may have put there is neither waited for nor written to. */
static int write_beside(const struct replacer *replacer)
{
	_cleanup_close_ int fd = -1;

	unlinkat(replacer->dir_fd, replacer->beside, 0);
	fd = openat(replacer->dir_fd, replacer->beside,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	if (fd < 0)
		return -errno;
	/* Whatever the umask: who answers with it, or node_exporter, is another user. */
	(void)!fchmod(fd, MODE);
	return write_all(fd, replacer->buffer.data, replacer->buffer.len);
}

/* Without fsync(2): after a crash of the host there is nobody to whom old numbers say anything. */
static int replace(const struct replacer *replacer)
{
	int err = write_beside(replacer);

	if (!err && renameat(replacer->dir_fd, replacer->beside, replacer->dir_fd, replacer->name))
		err = -errno;
	if (err)
		unlinkat(replacer->dir_fd, replacer->beside, 0);
	return err;
}

static void *run(void *arg)
{
	struct replacer *replacer = arg;
	int err;

	pthread_mutex_lock(&replacer->lock);
	while (replacer->full || !replacer->end) {
		if (!replacer->full) {
			pthread_cond_wait(&replacer->changed, &replacer->lock);
			continue;
		}
		pthread_mutex_unlock(&replacer->lock);
		err = replace(replacer);
		pthread_mutex_lock(&replacer->lock);
		replacer->err = err;
		replacer->full = false;
		pthread_cond_broadcast(&replacer->changed);
	}
	pthread_mutex_unlock(&replacer->lock);
	return NULL;
}

/* Who has it run */

static int refuse_what_is_there(const struct replacer *replacer, const char *path,
				struct error *error)
{
	struct stat st;

	if (fstatat(replacer->dir_fd, replacer->name, &st, AT_SYMLINK_NOFOLLOW) ||
	    S_ISREG(st.st_mode))
		return 0;
	return error_set(error, -EINVAL,
			 "%s is no regular file, and would be replaced: name another", path);
}

static int open_directory(struct replacer *replacer, const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	const char *name = slash ? slash + 1 : path;

	if (!dir)
		return error_set(error, -ENOMEM, "no memory");
	if (!*name)
		return error_set(error, -EISDIR, "%s is a directory: name a file in it", path);
	replacer->name = strdup(name);
	if (!replacer->name || asprintf(&replacer->beside, ".%s.new", name) < 0) {
		replacer->beside = NULL;
		return error_set(error, -ENOMEM, "no memory");
	}
	replacer->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (replacer->dir_fd < 0)
		return error_set(error, -errno, "cannot open the directory of %s: %s", path,
				 strerror(errno));
	return refuse_what_is_there(replacer, path, error);
}

static void init_lock(struct replacer *replacer)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&replacer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&replacer->changed, &attr);
	pthread_condattr_destroy(&attr);
}

int replacer_open(const char *path, struct replacer **ret, struct error *error)
{
	struct replacer *replacer = calloc(1, sizeof(*replacer));
	int err;

	if (!replacer)
		return error_set(error, -ENOMEM, "no memory");
	replacer->dir_fd = -1;
	init_lock(replacer);
	err = open_directory(replacer, path, error);
	if (!err && replacer_grow(replacer))
		err = error_set(error, -ENOMEM, "no memory");
	if (err) {
		replacer_close(replacer);
		return err;
	}
	*ret = replacer;
	return 0;
}

int replacer_start(struct replacer *replacer)
{
	int err = thread_start(&replacer->thread, STACK_SIZE, run, replacer);

	replacer->has_thread = !err;
	return err;
}

struct buffer *replacer_buffer(struct replacer *replacer)
{
	bool full;

	pthread_mutex_lock(&replacer->lock);
	full = replacer->full;
	pthread_mutex_unlock(&replacer->lock);
	if (full)
		return NULL;
	replacer->buffer.len = 0;
	replacer->buffer.overflow = false;
	return &replacer->buffer;
}

int replacer_grow(struct replacer *replacer)
{
	size_t size = replacer->buffer.cap ? 2 * replacer->buffer.cap : SIZE_FIRST;
	char *data = malloc(size);

	if (!data)
		return -ENOMEM;
	free(replacer->buffer.data);
	replacer->buffer = (struct buffer){.data = data, .cap = size};
	return 0;
}

void replacer_put(struct replacer *replacer)
{
	pthread_mutex_lock(&replacer->lock);
	replacer->full = true;
	pthread_cond_broadcast(&replacer->changed);
	pthread_mutex_unlock(&replacer->lock);
}

int replacer_error(struct replacer *replacer)
{
	int err;

	pthread_mutex_lock(&replacer->lock);
	err = replacer->err;
	pthread_mutex_unlock(&replacer->lock);
	return err;
}

static struct timespec in_ms(unsigned int ms)
{
	uint64_t at = clock_now_ns(CLOCK_MONOTONIC) + ms * NSEC_PER_MSEC;

	return (struct timespec){.tv_sec = (time_t)(at / NSEC_PER_SEC),
				 .tv_nsec = (long)(at % NSEC_PER_SEC)};
}

bool replacer_finish(struct replacer *replacer, unsigned int patience_ms)
{
	const struct timespec until = in_ms(patience_ms);
	bool done;

	pthread_mutex_lock(&replacer->lock);
	while (replacer->full && replacer->has_thread &&
	       pthread_cond_timedwait(&replacer->changed, &replacer->lock, &until) != ETIMEDOUT)
		;
	done = !replacer->full;
	pthread_mutex_unlock(&replacer->lock);
	return done;
}

static void end_thread(struct replacer *replacer)
{
	pthread_mutex_lock(&replacer->lock);
	replacer->end = true;
	pthread_cond_broadcast(&replacer->changed);
	pthread_mutex_unlock(&replacer->lock);
	pthread_join(replacer->thread, NULL);
}

void replacer_close(struct replacer *replacer)
{
	if (!replacer)
		return;
	if (replacer->has_thread && !replacer_finish(replacer, 0))
		return; /* the thread has it, for as long as the file system hangs */
	if (replacer->has_thread)
		end_thread(replacer);
	cleanup_close(&replacer->dir_fd);
	pthread_cond_destroy(&replacer->changed);
	pthread_mutex_destroy(&replacer->lock);
	free(replacer->buffer.data);
	free(replacer->beside);
	free(replacer->name);
	free(replacer);
}
