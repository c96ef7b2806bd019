/* SPDX-License-Identifier: MIT */
/*
 * A sink whose lines go to no descriptor but to whoever takes them whole, such as a store. That one
 * may keep lines in memory for SINK_KEPT_NS before it hands them on. Of the side that writes, but
 * for opening.
 */
#ifndef SINK_TARGET_H
#define SINK_TARGET_H

#include <sys/types.h>

#include "sink/sink.h"

#define SINK_KEPT_NS 200000000

/* All are called by the side that writes, and may wait. */
struct sink_target {
	/* Takes lines, each whole, and returns how many bytes they have; or none, and -errno. */
	ssize_t (*append)(void *ctx, const char *lines, size_t size);

	/* Hands on what it has kept, if it has kept anything. Returns 0 or -errno; what was not
	 * handed on is kept. */
	int (*flush)(void *ctx);

	/* The weight of all lines that were handed on, by either of these. */
	uint64_t (*written)(void *ctx);

	/* With the sink. */
	void (*close)(void *ctx);
};

/* Returns 0 or -ENOMEM: then nothing is closed. */
int sink_open_target(const struct sink_target *target, void *ctx, struct sink **ret);

/* For sink.c: of a sink that has a target. */

/* Hands on what was kept for long enough, or all. Returns 0 or -errno. */
int target_flush(struct sink *sink, bool all);

#endif
