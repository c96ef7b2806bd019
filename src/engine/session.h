/* SPDX-License-Identifier: MIT */
/*
 * The one way in which every command works: open the probe, start the command to follow if there
 * is one, run the loop, hand each event on, stop, drain.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"
#include "options/options.h"
#include "util/clock.h"
#include "util/status.h"

struct session;

/* What a command does with what the session brings. All get ctx; none may wait. */
struct session_client {
	void *ctx;

	/*
	 * Tracing has begun, at begin_ns (CLOCK_BOOTTIME). tracepoints: what is attached to,
	 * comma-separated.
	 */
	void (*started)(void *ctx, struct session *session, const char *tracepoints,
			uint64_t begin_ns);

	/* boot_to_utc_ns: CLOCK_REALTIME - CLOCK_BOOTTIME when it happened. */
	void (*event)(void *ctx, struct session *session, const struct event *event,
		      int64_t boot_to_utc_ns);

	/* A record that cannot be decoded; err as of event_decode(). */
	void (*undecodable)(void *ctx, struct session *session, int err);

	/* Everything that was waiting has been handed on. */
	void (*idle)(void *ctx, struct session *session);

	/* About every second, with the kernel side's counters. */
	void (*second)(void *ctx, struct session *session, const struct counters *counters);

	/* Every options.interval_ns; NULL for a command that has none. */
	void (*interval)(void *ctx, struct session *session);

	/* SIGHUP. */
	void (*hangup)(void *ctx, struct session *session);

	/*
	 * Detached and drained: the counters are final. tracked: what is left in the kernel's map.
	 * observed: when all programs were attached.
	 */
	void (*finished)(void *ctx, const struct counters *counters, uint64_t tracked,
			 const struct span *observed);

	/* A descriptor to wait for, and whether for more than its errors. */
	int (*output_fd)(void *ctx);
	bool (*output_pending)(void *ctx);

	/* There is nobody at the other end of that descriptor any more. */
	void (*output_gone)(void *ctx, struct session *session);
};

/* Returns the exit status; messages have been logged. */
int session_run(const struct options *options, const struct session_client *client);

/* Ends the loop; `status` is the exit status unless a command's own takes its place. */
void session_stop(struct session *session, enum exit_status status);

#endif
