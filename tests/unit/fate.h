/* SPDX-License-Identifier: MIT */
/*
 * What befalls the calls of a store: a program that includes this is linked so that they are those
 * below (meson makes openat openat64, and so on).
 */
#ifndef UNIT_FATE_H
#define UNIT_FATE_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum how { BEFORE, AFTER, HALF, FAILS };

/* What befalls call number `at`, from 1; 0: nothing does. */
static struct {
	atomic_uint calls;
	unsigned int at;
	enum how how;
	int error;
	const char *only; /* calls of this name; NULL: all */
	bool of_other;	  /* it was the other thread's */
} fate;

static pthread_t writer;

/* Whether it is this call's turn to fail; one that kills does not return before its turn is over.
 */
static bool begins(const char *name)
{
	if ((fate.only && strcmp(fate.only, name) != 0) || ++fate.calls != fate.at)
		return false;
	fate.of_other = !pthread_equal(pthread_self(), writer);
	if (fate.how == BEFORE)
		raise(SIGKILL);
	if (fate.how == FAILS)
		errno = fate.error;
	return true;
}

static void ends(bool turn)
{
	if (turn && (fate.how == AFTER || fate.how == HALF))
		raise(SIGKILL);
}

#define WRAP(name, params, args)                                                                   \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		bool turn = begins(#name);                                                         \
		int result = turn && fate.how == FAILS ? -1 : __real_##name args;                  \
		ends(turn);                                                                        \
		return result;                                                                     \
	}

WRAP(openat64, (int dir_fd, const char *path, int flags, mode_t mode), (dir_fd, path, flags, mode))
WRAP(ftruncate64, (int fd, off_t size), (fd, size))
WRAP(unlinkat, (int dir_fd, const char *path, int flags), (dir_fd, path, flags))
WRAP(fdatasync, (int fd), (fd))
WRAP(fsync, (int fd), (fd))

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	bool turn = begins("write");
	ssize_t result = -1;

	if (!turn || fate.how != FAILS)
		result = __real_write(fd, bytes, turn && fate.how == HALF ? size / 2 : size);
	ends(turn);
	return result;
}

#endif
