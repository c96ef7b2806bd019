/* SPDX-License-Identifier: MIT */
/*
 * Names of containers and pods, from a process of its own: it has all rights of the one that starts
 * it, and keeps them when that gives some up. It reads files, asks no daemon, and ends with whoever
 * started it.
 */
#ifndef CONTAINERS_CONTAINERS_H
#define CONTAINERS_CONTAINERS_H

#include <stdbool.h>

#include "model/cgroup.h"

struct containers;

/*
 * What the files say of a cgroup's container: key and the names, NULL where there is none; nothing
 * else is set. Valid during the call. Called by the functions below that say so.
 */
typedef void containers_fn(void *ctx, const struct cgroup *named);

/* Whether an answer may be waited for, as of now. */
typedef bool containers_wait_fn(const void *ctx);

/*
 * Starts the process: before there are threads, and descriptors that it would hold until it has
 * closed them. root: what its paths begin with, borrowed; "" for this host. ctx is for all
 * callbacks. The caller ends it with containers_stop(). -errno on failure.
 */
int containers_start(const char *root, containers_fn *answered, void *ctx, struct containers **ret);
void containers_stop(struct containers *containers); /* NULL: there is none */

/*
 * Asks for the cgroup's container or pod, by the id and the uid that its path says; without both,
 * not. Waits for the answer as long as may_wait() says so, which is asked each CONTAINERS_SLICE_MS,
 * but no longer than CONTAINERS_WAIT_MS, and not at all if that was in vain CONTAINERS_WAITS_MAX
 * times. answered() may be called before this returns, also for what was asked before. Returns
 * whether it was asked and has not been answered.
 */
#define CONTAINERS_SLICE_MS  20	 /* files that were just written are read in less than one */
#define CONTAINERS_WAIT_MS   500 /* where the process gets no CPU */
#define CONTAINERS_WAITS_MAX 3
bool containers_ask(struct containers *containers, const struct cgroup *cgroup,
		    containers_wait_fn *may_wait);

/* Calls answered() for each answer that has come. Never waits. */
void containers_take(struct containers *containers);

/* The same, until nothing that was asked is unanswered, but waits no longer than that. */
void containers_finish(struct containers *containers, int ms);

#endif
