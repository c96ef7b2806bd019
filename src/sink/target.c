// SPDX-License-Identifier: MIT
#include "sink/target.h"

#include <errno.h>

#include "sink/inside.h"
#include "util/clock.h"

/* What was handed on after it had been given up stays lost: that is what was told. */
static void look(struct sink *sink, bool keeps)
{
	uint64_t written = sink->target->written(sink->target_ctx);

	pthread_mutex_lock(&sink->lock);
	if (!sink->settled)
		sink->handed_on = written;
	sink->keeps = keeps;
	pthread_mutex_unlock(&sink->lock);
}

static ssize_t write_lines(struct sink *sink, const void *bytes, size_t n)
{
	ssize_t taken = sink->target->append(sink->target_ctx, bytes, n);

	/* What is refused is tried again, but no sooner than anything else would be. */
	if (taken < 0 || !sink->kept_since_ns)
		sink->kept_since_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (taken < 0) {
		errno = (int)-taken;
		return -1;
	}
	look(sink, true);
	return taken;
}

static const struct sink_ops target_ops = {.write = write_lines, .lines = true};

int sink_open_target(const struct sink_target *target, void *ctx, struct sink **ret)
{
	int err = sink_new(-1, &target_ops, ret);

	if (err)
		return err;
	(*ret)->target = target;
	(*ret)->target_ctx = ctx;
	return 0;
}

int target_flush(struct sink *sink, bool all)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	int err;

	if (!all && (!sink->kept_since_ns || now_ns - sink->kept_since_ns < SINK_KEPT_NS))
		return 0;
	err = sink->target->flush(sink->target_ctx);
	look(sink, err);
	sink->kept_since_ns = err ? now_ns : 0;
	return err;
}

int sink_wait_ms(const struct sink *sink)
{
	uint64_t kept_ns;

	if (!sink->kept_since_ns)
		return -1;
	kept_ns = clock_now_ns(CLOCK_MONOTONIC) - sink->kept_since_ns;
	return kept_ns < SINK_KEPT_NS ? (int)((SINK_KEPT_NS - kept_ns) / NSEC_PER_MSEC) + 1 : 0;
}
