// SPDX-License-Identifier: MIT
#include "store/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/thread.h"

/* It calls little, and nothing deep. */
#define STACK_SIZE (128 * 1024)

#define SYNC_SECONDS 1

/* A file that is over (fd), or goes (fd is -1). */
struct job {
	struct job *next;
	int fd;
	struct segment segment;
};

struct syncer {
	int dir_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked, done;
	/* All that follows is under the lock. */
	int fd, boot_fd; /* to be synced within a second; -1: nothing is */
	struct job *jobs, **last;
	unsigned int unlinks; /* of jobs, and of the one that is being done */
	bool end;
	int error;
};

int segment_unlink(int dir_fd, const struct segment *segment)
{
	_cleanup_close_ int boot_fd = boot_open(dir_fd, segment->boot);
	char name[SEGMENT_NAME_LEN + 1];

	if (boot_fd < 0)
		return boot_fd;
	segment_name(segment->first_seq, name);
	if (unlinkat(boot_fd, name, 0))
		return -errno;
	if (segment->is_last)
		unlinkat(dir_fd, segment->boot, AT_REMOVEDIR); /* unless it holds something else */
	return 0;
}

static void note(struct syncer *syncer, int err)
{
	if (!err)
		return;
	pthread_mutex_lock(&syncer->lock);
	syncer->error = err;
	pthread_mutex_unlock(&syncer->lock);
}

static void finish(struct syncer *syncer, int fd)
{
	pthread_mutex_lock(&syncer->lock);
	if (fd == syncer->fd)
		syncer->fd = -1;
	if (fd == syncer->boot_fd)
		syncer->boot_fd = -1;
	pthread_mutex_unlock(&syncer->lock);
	note(syncer, fdatasync(fd) ? -errno : 0);
	close(fd);
}

static void do_unlink(struct syncer *syncer, const struct segment *segment)
{
	int err = segment_unlink(syncer->dir_fd, segment);

	note(syncer, err == -ENOENT ? 0 : err);
	pthread_mutex_lock(&syncer->lock);
	syncer->unlinks--;
	pthread_cond_signal(&syncer->done);
	pthread_mutex_unlock(&syncer->lock);
}

static void do_job(struct syncer *syncer, struct job *job)
{
	if (job->fd >= 0)
		finish(syncer, job->fd);
	else
		do_unlink(syncer, &job->segment);
	free(job);
}

/* Waits for a job, or for a second to be over in which something was written. */
static void wait_for_work(struct syncer *syncer, const struct timespec *next)
{
	int err = 0;

	while (!syncer->jobs && !syncer->end && err != ETIMEDOUT) {
		if (syncer->fd < 0 && syncer->boot_fd < 0)
			pthread_cond_wait(&syncer->asked, &syncer->lock);
		else
			err = pthread_cond_timedwait(&syncer->asked, &syncer->lock, next);
	}
}

static bool is_past(const struct timespec *moment)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > moment->tv_sec ||
	       (now.tv_sec == moment->tv_sec && now.tv_nsec >= moment->tv_nsec);
}

/* With the lock, which it gives up meanwhile. The writer closes neither: only this thread does. */
static void sync_written(struct syncer *syncer)
{
	int fd = syncer->fd, boot_fd = syncer->boot_fd;

	syncer->fd = syncer->boot_fd = -1;
	pthread_mutex_unlock(&syncer->lock);
	if (fd >= 0)
		note(syncer, fdatasync(fd) ? -errno : 0);
	if (boot_fd >= 0)
		note(syncer, fsync(boot_fd) ? -errno : 0);
	pthread_mutex_lock(&syncer->lock);
}

static void do_jobs(struct syncer *syncer)
{
	struct job *job = syncer->jobs, *next;

	syncer->jobs = NULL;
	syncer->last = &syncer->jobs;
	pthread_mutex_unlock(&syncer->lock);
	for (; job; job = next) {
		next = job->next;
		do_job(syncer, job);
	}
	pthread_mutex_lock(&syncer->lock);
}

static void *run(void *arg)
{
	struct syncer *syncer = arg;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&syncer->lock);
	while (!syncer->end || syncer->jobs) {
		wait_for_work(syncer, &next);
		do_jobs(syncer);
		if (!is_past(&next))
			continue;
		sync_written(syncer);
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec += SYNC_SECONDS;
	}
	sync_written(syncer);
	pthread_mutex_unlock(&syncer->lock);
	return NULL;
}

static void release(struct syncer *syncer)
{
	pthread_cond_destroy(&syncer->asked);
	pthread_cond_destroy(&syncer->done);
	pthread_mutex_destroy(&syncer->lock);
	free(syncer);
}

int syncer_open(int dir_fd, struct syncer **ret)
{
	struct syncer *syncer = calloc(1, sizeof(*syncer));
	pthread_condattr_t attr;
	int err;

	if (!syncer)
		return -ENOMEM;
	*syncer = (struct syncer){.dir_fd = dir_fd, .fd = -1, .boot_fd = -1};
	syncer->last = &syncer->jobs;
	pthread_mutex_init(&syncer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&syncer->asked, &attr);
	pthread_cond_init(&syncer->done, NULL);
	pthread_condattr_destroy(&attr);
	err = thread_start(&syncer->thread, STACK_SIZE, run, syncer);
	if (err) {
		release(syncer);
		return err;
	}
	*ret = syncer;
	return 0;
}

int syncer_close(struct syncer *syncer)
{
	int err;

	if (!syncer)
		return 0;
	pthread_mutex_lock(&syncer->lock);
	syncer->end = true;
	pthread_cond_signal(&syncer->asked);
	pthread_mutex_unlock(&syncer->lock);
	pthread_join(syncer->thread, NULL);
	err = syncer->error;
	release(syncer);
	return err;
}

void syncer_written(struct syncer *syncer, int fd, int boot_fd)
{
	pthread_mutex_lock(&syncer->lock);
	if (syncer->fd < 0)
		pthread_cond_signal(&syncer->asked);
	syncer->fd = fd;
	if (boot_fd >= 0)
		syncer->boot_fd = boot_fd;
	pthread_mutex_unlock(&syncer->lock);
}

static void add_job(struct syncer *syncer, struct job *job)
{
	pthread_mutex_lock(&syncer->lock);
	syncer->unlinks += job->fd < 0;
	*syncer->last = job;
	syncer->last = &job->next;
	pthread_cond_signal(&syncer->asked);
	pthread_mutex_unlock(&syncer->lock);
}

/* Without memory for the job, who writes has to wait. */
void syncer_finish(struct syncer *syncer, int fd)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		finish(syncer, fd);
		return;
	}
	job->fd = fd;
	add_job(syncer, job);
}

void syncer_unlink(struct syncer *syncer, const struct segment *segment)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		note(syncer, segment_unlink(syncer->dir_fd, segment));
		return;
	}
	job->fd = -1;
	job->segment = *segment;
	add_job(syncer, job);
}

bool syncer_wait(struct syncer *syncer)
{
	bool waited;

	pthread_mutex_lock(&syncer->lock);
	waited = syncer->unlinks;
	while (syncer->unlinks)
		pthread_cond_wait(&syncer->done, &syncer->lock);
	pthread_mutex_unlock(&syncer->lock);
	return waited;
}

int syncer_error(struct syncer *syncer)
{
	int err;

	pthread_mutex_lock(&syncer->lock);
	err = syncer->error;
	syncer->error = 0;
	pthread_mutex_unlock(&syncer->lock);
	return err;
}
