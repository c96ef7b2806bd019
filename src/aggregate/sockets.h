/* SPDX-License-Identifier: MIT */
/*
 * The sockets of one snapshot, each once, whoever holds it. An EVENT_OPEN comes for each process
 * that has a descriptor of it, and may come for it without one. Pure.
 */
#ifndef AGGREGATE_SOCKETS_H
#define AGGREGATE_SOCKETS_H

#include <stddef.h>

#include "model/event.h"

/* More are not kept: at 400 bytes each, they would take too much. */
#define SOCKETS_MAX (1 << 20)

struct sockets;

/* The caller frees it. -ENOMEM. */
int sockets_new(struct sockets **ret);
void sockets_free(struct sockets *sockets);

/*
 * Takes an EVENT_OPEN: copies it, without image, cgroup and names. Returns 0, or -ENOMEM, also for
 * one more than SOCKETS_MAX.
 */
int sockets_add(struct sockets *sockets, const struct event *event);

size_t sockets_n(const struct sockets *sockets);

/*
 * The socket of that index (below sockets_n()), in the order in which they came first: with its
 * holders counted; of those that are wanted and fit best, as it was seen of the process that
 * started first, and of that one's lowest descriptor. open.wanted: whether any is. Valid until
 * sockets_add().
 */
const struct event *sockets_at(const struct sockets *sockets, size_t index);

#endif
