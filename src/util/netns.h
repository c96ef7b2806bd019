/* SPDX-License-Identifier: MIT */
/* Network namespaces of this host, by the numbers of their inodes. */
#ifndef UTIL_NETNS_H
#define UTIL_NETNS_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the file of one, such as /proc/PID/ns/net. The descriptor, or -errno; -EINVAL: it is none.
 */
int netns_open(const char *path, uint32_t *ret_inum);

/* What is done with each; ctx goes to all. */
struct netns_visit {
	void *ctx;

	/* Whether it is to be visited at all. */
	bool (*wants)(void *ctx, uint32_t inum);

	/* Called in it. Returns 0; or -errno, which ends the visits. */
	int (*inside)(void *ctx, uint32_t inum);

	/* It cannot be entered. err: -errno. */
	void (*refused)(void *ctx, uint32_t inum, int err);

	/* Which one the process is in cannot be told. */
	void (*untold)(void *ctx, uint32_t pid, int err);
};

/*
 * Visits each network namespace that a process is in, or that is mounted where this process sees
 * it, once: first the calling thread's own, and all in a thread apart, which the caller waits for.
 * Returns 0; what inside() has returned; or -errno, if there is no way to tell.
 */
int netns_visit_all(const struct netns_visit *visit);

#endif
