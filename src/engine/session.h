/* SPDX-License-Identifier: MIT */
/*
 * The one way in which every command works: open the probe, start the command to follow if there
 * is one, run the loop, hand each event to the consumers, stop, drain.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/consumer.h"
#include "engine/loop.h"
#include "model/decode.h"
#include "model/request.h"
#include "probe/reader.h"
#include "util/status.h"

struct session;

/*
 * Consumers are served in their order, and are the caller's. Returns the exit status; messages have
 * been logged.
 */
int session_run(const struct request *request, const struct limits *limits,
		const struct consumer *consumers, size_t n);

/* Ends the loop; `status` is the exit status unless a command's own takes its place. */
void session_stop(struct session *session, enum exit_status status);

/* Whether the programs are detached: nothing is lost any more while a consumer waits. */
bool session_is_over(const struct session *session);

/* Whether the ring has so much room, or so little comes, that a consumer may take a millisecond. */
bool session_can_wait(struct session *session);

/*
 * Sets image, cgroup and names of an event that a consumer has kept: as far as they are known
 * still. Valid as long as the callback runs in which this is called.
 */
void session_identify(struct session *session, struct event *event);

/*
 * What each tracked connection carries now: with request.gauges. Returns 0; 1: that is not all of
 * them; -errno, with a line logged.
 */
typedef void session_gauge_fn(void *ctx, const struct gauge *gauge);
int session_gauges(struct session *session, session_gauge_fn *gauge, void *ctx);

/* How full the ring is; used: at most, since this was asked last. */
struct ring_fill session_ring(struct session *session);

/* Attempts and connections that are tracked now; takes a millisecond. */
uint64_t session_tracked(struct session *session);

/*
 * How far the session has come with what the kernel side has sent: since the ring was made, if the
 * session was told to resume, else since it began itself.
 */
struct session_place {
	uint64_t position; /* bytes of the ring: where another process would go on */
	uint64_t received; /* events out of the ring */
	uint64_t opened;   /* besides: of what was open before */
	uint64_t filtered; /* of both: left out, as of session_left_out() */
};

struct session_place session_place(const struct session *session);

/*
 * Goes on from there, where an earlier process has come to; all 0: from where the ring begins. From
 * now on the consumer that calls this says what of the ring is free again: what is not was never
 * read, should this process die. To be called by started(). Sets *place to where it begins, with
 * the events that were received and that nobody knows of. Returns 0, or -errno with a line logged.
 */
int session_resume(struct session *session, struct session_place *place);
void session_release(struct session *session, uint64_t position);

/* To wait for descriptors of a consumer's own. */
struct loop *session_loop(struct session *session);

/* Records so far that could not be decoded: lost to every consumer. */
uint64_t session_undecodable(const struct session *session);

/* What the filters of request.wanted have left out so far: no consumer has had these events. */
struct left_out {
	uint64_t events;
	uint64_t unknown; /* of these, such as might have fit: what would tell is not known */
};

struct left_out session_left_out(const struct session *session);

#endif
