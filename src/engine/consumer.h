/* SPDX-License-Identifier: MIT */
/* Who gets what a session brings: the lines of a command, and whatever else there is at once. */
#ifndef ENGINE_CONSUMER_H
#define ENGINE_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/config.h"
#include "model/event.h"
#include "probe/loader.h"
#include "util/clock.h"

struct session;

/* Tracing has begun. */
struct session_start {
	const char *tracepoints; /* what is attached to, comma-separated */
	uint64_t begin_ns;	 /* CLOCK_BOOTTIME */
	enum probe_dns dns;	 /* how answers of name servers are seen */
	bool resumed;		 /* with what an earlier process left in the kernel */
	/* Of a ring that outlives the process: its name within the boot; 0: it goes with it. */
	uint64_t ring_id;
	uint64_t ring_consumed; /* bytes of it that were given back before */
	uint64_t ring_size;
};

/* Detached and drained. */
struct session_end {
	struct counters counters; /* the kernel side's, which are final */
	uint64_t tracked;	  /* attempts and connections that have not ended */
	struct span observed;	  /* when all programs were attached */
	uint64_t left;		  /* events sent that stay in a ring that outlives the process */
	uint64_t dns_unread;	  /* answers of name servers of which nothing could be read */
	bool command_runs;	  /* the command had not ended when tracing did */
	bool failed;		  /* tracing ended as something failed, which was said */
};

/*
 * A consumer has no callback for what does not concern it. Each gets ctx; none may wait, but as
 * session_can_wait() says. session: for session_stop() and the like, valid as long as the session
 * runs.
 */
struct consumer {
	void *ctx;
	uint64_t interval_ns; /* how often interval() is called; 0: never */

	void (*started)(void *ctx, struct session *session, const struct session_start *start);

	/* boot_to_utc_ns: CLOCK_REALTIME - CLOCK_BOOTTIME when it happened. */
	void (*event)(void *ctx, struct session *session, const struct event *event,
		      int64_t boot_to_utc_ns);

	/*
	 * Whether it has no room for more events now, but will soon. They are left in the ring
	 * then, but hardly longer than until that is half full and fills up. What comes after
	 * detaching comes all the same, and may be waited for: see session_is_over().
	 */
	bool (*busy)(void *ctx);

	/*
	 * Whether it can take some dozens of events now without losing any: only then it gets those
	 * of what was open before tracing began, which can be very many at once. NULL: always.
	 */
	bool (*has_room)(void *ctx);

	/* Everything that was waiting has been handed on. Ten times a second at least. */
	void (*idle)(void *ctx, struct session *session);

	/* About every second, with the kernel side's counters. */
	void (*tick)(void *ctx, struct session *session, const struct counters *counters);

	/* Every interval_ns from the beginning of tracing. */
	void (*interval)(void *ctx, struct session *session);

	/* SIGHUP: files are to be opened anew. Without any of these, SIGHUP ends the session. */
	void (*reopen)(void *ctx, struct session *session);

	void (*finished)(void *ctx, struct session *session, const struct session_end *end);
};

/* Of n consumers: whether any is busy; whether each has room; whether any opens files anew. */
bool consumers_are_busy(const struct consumer *consumers, size_t n);
bool consumers_have_room(const struct consumer *consumers, size_t n);
bool consumers_reopen(const struct consumer *consumers, size_t n);

#endif
