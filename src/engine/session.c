// SPDX-License-Identifier: MIT
#include "engine/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "engine/command.h"
#include "engine/gauges.h"
#include "engine/intake.h"
#include "engine/intervals.h"
#include "engine/opened.h"
#include "engine/pids.h"
#include "engine/pinned.h"
#include "engine/probe_start.h"
#include "engine/resume.h"
#include "engine/rights.h"
#include "engine/shares.h"
#include "engine/signals.h"
#include "engine/sweep.h"
#include "engine/timer.h"
#include "engine/wall_clock.h"
#include "engine/who.h"
#include "enrich/enrich.h"
#include "probe/loader.h"
#include "util/clock.h"
#include "util/log.h"

/* How often the ring is read when the kernel side does not ask for it: half of what is promised. */
#define TICK_NS	       100000000ull
#define TICKS_A_SECOND (NSEC_PER_SEC / TICK_NS)

/* How long the ring is left alone at a time while a consumer has no room. */
#define HELD_MS 1

/* Events of what was open before that are told before the loop looks at all else. */
#define OPENED_AT_ONCE 64

struct session {
	const struct request *request;
	const struct limits *limits;
	const struct consumer *consumers;
	size_t n_consumers;
	struct probe *probe;
	struct intake intake;
	struct who who;
	struct loop loop;
	struct signals signals;
	struct wall_clock clock;
	int tick_fd;	 /* -1: not opened */
	int ring_source; /* of the loop */
	bool held;	 /* the ring is left alone */
	bool unread;	 /* are some of the counters, which was said */
	bool over;
	struct intervals intervals;
	struct opened opened;
	struct shares shares;
	struct sweep sweep;
	struct left_out left_out;
	bool resumed;	      /* the kernel side is one of before */
	uint64_t who_unknown; /* events that lack what it has told another process: if resumed */
	uint64_t forgotten;   /* events that another process had, and that are in nobody's books */
	unsigned int ticks;
	bool stopping;
	enum exit_status status;
};

void session_stop(struct session *session, enum exit_status status)
{
	/* Who asks for the end of what has failed does not make it a success. */
	if (!session->stopping || status != STATUS_DONE)
		session->status = status;
	session->stopping = true;
}

bool session_is_over(const struct session *session)
{
	return session->over;
}

bool session_can_wait(struct session *session)
{
	return intake_can_wait(&session->intake);
}

struct ring_fill session_ring(struct session *session)
{
	return intake_ring(&session->intake);
}

/* No number is shown for one that cannot be read without that being a failure. */
static void counters_unread(struct session *session, int err)
{
	if (!session->unread)
		log_error("cannot read how much was missed: the kernel answers bpf(2) with: %s; "
			  "what is shown of it is too little",
			  strerror(-err));
	session->unread = true;
	session_stop(session, STATUS_FAILED);
}

uint64_t session_tracked(struct session *session)
{
	uint64_t tracked = 0;
	int err = probe_tracked(session->probe, &tracked);

	if (err)
		counters_unread(session, err);
	return tracked;
}

struct loop *session_loop(struct session *session)
{
	return &session->loop;
}

uint64_t session_undecodable(const struct session *session)
{
	return session->intake.undecodable;
}

struct left_out session_left_out(const struct session *session)
{
	return session->left_out;
}

struct session_place session_place(const struct session *session)
{
	return (struct session_place){
		.position = intake_position(&session->intake),
		.received = session->intake.received,
		.opened = session->opened.told,
		.filtered = session->left_out.events,
	};
}

/*
 * Where nothing is known of earlier processes, the books begin here. Where something is, what was
 * taken out of the ring behind that is known to be lost.
 */
int session_resume(struct session *session, struct session_place *place)
{
	bool known = place->position;
	int err = intake_keep(&session->intake, place->position);
	uint64_t unknown;

	if (err) {
		log_error("cannot share the ring buffer: %s", strerror(-err));
		session_stop(session, STATUS_FAILED);
		return err;
	}
	session->intake.received = place->received;
	session->opened.told = place->opened;
	session->left_out.events = place->filtered;
	unknown = resume_unknown(session->probe, &session->intake);
	if (known)
		session->intake.received += unknown;
	else
		session->forgotten = unknown;
	*place = session_place(session);
	return 0;
}

void session_release(struct session *session, uint64_t position)
{
	intake_release(&session->intake, position);
}

/* Calls one callback of each consumer that has it. */
#define FOR_CONSUMERS(session, callback, ...)                                                      \
	for (size_t i_ = 0; i_ < (session)->n_consumers; i_++)                                     \
		if ((session)->consumers[i_].callback)                                             \
	(session)->consumers[i_].callback((session)->consumers[i_].ctx, session, ##__VA_ARGS__)

int session_gauges(struct session *session, session_gauge_fn *gauge, void *ctx)
{
	return gauges_read(session->probe, gauge, ctx);
}

void session_identify(struct session *session, struct event *event)
{
	enrich_again(session->who.enrich, event);
}

static int on_context(void *ctx, enum event_kind kind, const void *record, size_t size)
{
	struct session *session = ctx;

	return who_record(&session->who, kind, record, size);
}

/* The one place in which user space leaves out what the kernel side could not. */
static void on_event(void *ctx, struct event *event)
{
	struct session *session = ctx;
	enum fit fit;
	bool lacks;

	opened_ended(&session->opened, event);
	lacks = who_event(&session->who, event);
	session->who_unknown += lacks && session->resumed;
	fit = wanted_fit(&session->request->wanted, event);
	if (fit != FIT_YES) {
		session->left_out.events++;
		session->left_out.unknown += fit == FIT_UNKNOWN;
		return;
	}
	FOR_CONSUMERS(session, event, event, session->clock.boot_to_utc_ns);
}

static bool is_busy(void *ctx)
{
	const struct session *session = ctx;

	return consumers_are_busy(session->consumers, session->n_consumers);
}

/* Hands on what is in the ring. Returns whether nothing more can be done now. */
static bool drain(struct session *session)
{
	int left = intake_drain(&session->intake);

	if (left < 0) {
		log_error("cannot read the ring buffer: %s", strerror(-left));
		session_stop(session, STATUS_FAILED);
	}
	session->held = left == INTAKE_HELD;
	loop_watch(&session->loop, session->ring_source, intake_fd(&session->intake),
		   session->held ? 0 : POLLIN);
	return left != INTAKE_SOME;
}

static bool is_command_over(const struct session *session)
{
	return command_is_over(session->limits, &session->signals, session->probe);
}

static void on_signal(void *ctx, short revents)
{
	struct session *session = ctx;
	enum signal_request request;

	(void)revents;
	while (signals_next(&session->signals, &request)) {
		if (request == SIGNAL_REOPEN) {
			FOR_CONSUMERS(session, reopen);
		} else if (request == SIGNAL_STOP ||
			   (request == SIGNAL_CHILD_ENDED && is_command_over(session))) {
			session_stop(session, STATUS_DONE);
		}
	}
}

/* The kernel side's, and what was lost of the same here. */
static void sum_counters(struct session *session, struct counters *ret)
{
	int err = probe_counters(session->probe, ret);

	if (err)
		counters_unread(session, err);
	ret->context += session->intake.context_lost + session->who_unknown;
	ret->sent += session->opened.told - session->forgotten;
}

static void on_second(struct session *session)
{
	struct counters counters;

	sweep_second(&session->sweep, session->probe);
	sum_counters(session, &counters);
	shares_tell(&session->shares, session->probe, &counters);
	FOR_CONSUMERS(session, tick, &counters);
}

static void on_tick(void *ctx, short revents)
{
	struct session *session = ctx;

	(void)revents;
	session->ticks += timer_expired(session->tick_fd);
	if (is_command_over(session))
		session_stop(session, STATUS_DONE);
	if (session->ticks < TICKS_A_SECOND)
		return;
	session->ticks = 0;
	on_second(session);
}

static void tell_opened(struct session *session, size_t max)
{
	struct event event;

	for (size_t n = 0; n < max && opened_next(&session->opened, &event); n++)
		on_event(session, &event);
}

static int patience_ms(struct session *session, bool telling)
{
	bool held = session->held || (opened_is_left(&session->opened) && is_busy(session));

	return telling ? 0 : held ? HELD_MS : -1;
}

static void loop_once(struct session *session)
{
	bool telling = opened_is_due(&session->opened, session->consumers, session->n_consumers);
	bool empty;
	int err = loop_wait(&session->loop, patience_ms(session, telling));

	if (err) {
		log_error("cannot wait for events: %s", strerror(-err));
		session_stop(session, STATUS_FAILED);
		return;
	}
	wall_clock_turn(&session->clock, &session->loop);
	/* The end of a connection comes behind that it was open. */
	if (telling)
		tell_opened(session, OPENED_AT_ONCE);
	empty = telling || drain(session);
	loop_serve(&session->loop);
	if (empty)
		FOR_CONSUMERS(session, idle);
}

/* Opens what the loop waits for from the beginning. Returns 0 or -errno. */
static int open_sources(struct session *session)
{
	struct loop *loop = &session->loop;
	int err = signals_open(&session->signals, session->limits->argv);

	if (err)
		return err;
	session->tick_fd = timer_open(TICK_NS, TICK_NS);
	if (session->tick_fd < 0)
		return session->tick_fd;
	wall_clock_watch(&session->clock, loop);
	loop_add(loop, session->tick_fd, POLLIN, on_tick, session);
	return 0;
}

/* What is told in spans of time; signals are served last. Returns 0 or -errno. */
static int open_spans(struct session *session)
{
	int err = intervals_open(&session->intervals, session, session->consumers,
				 session->n_consumers, probe_observed(session->probe).begin_ns,
				 session->limits->duration_ns);

	if (!err)
		err = loop_add(&session->loop, session->signals.fd, POLLIN, on_signal, session);
	return err < 0 ? err : 0;
}

static enum exit_status open_all(struct session *session)
{
	enum exit_status status;
	int err = who_open(&session->who, session->request);

	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return STATUS_FAILED;
	}
	err = open_sources(session);
	if (err) {
		log_error("cannot set up signals and timers: %s", strerror(-err));
		return STATUS_FAILED;
	}
	status = command_check(session->limits);
	if (!status)
		status = pids_check(session->request);
	if (!status)
		status = probe_start(session->request, &session->probe);
	if (status)
		return status;
	pinned_say(session->request, session->probe);
	session->who.probe = session->probe;
	session->resumed = probe_resumed(session->probe);
	err = intake_open(&session->intake, session->probe);
	if (err) {
		log_error("cannot map the ring buffer: %s", strerror(-err));
		return STATUS_FAILED;
	}
	session->who.intake = &session->intake;
	opened_look(&session->opened, session->probe);
	/* It need only end the waiting: the ring is drained first in every turn. */
	session->ring_source =
		loop_add(&session->loop, intake_fd(&session->intake), POLLIN, NULL, NULL);
	status = command_start(session->limits, &session->signals, session->probe);
	if (!status && session->request->rights.drop)
		status = rights_drop(session->request, session->probe);
	return status;
}

static void close_all(struct session *session)
{
	intake_close(&session->intake);
	who_close(&session->who);
	probe_close(session->probe);
	child_close(&session->signals.child);
	signals_close(&session->signals);
	wall_clock_close(&session->clock);
	if (session->tick_fd >= 0)
		close(session->tick_fd);
	intervals_close(&session->intervals);
	opened_close(&session->opened);
}

static void start(struct session *session)
{
	const struct session_start start = {
		.tracepoints = probe_tracepoints(session->probe),
		.begin_ns = probe_observed(session->probe).begin_ns,
		.dns = probe_dns(session->probe),
		.resumed = probe_resumed(session->probe),
		.ring_id = session->request->pin_path ? probe_ring_id(session->probe) : 0,
		.ring_consumed = intake_position(&session->intake),
		.ring_size = reader_ring(session->intake.reader).size,
	};
	int err;

	FOR_CONSUMERS(session, started, &start);
	err = open_spans(session);
	if (err) {
		log_error("cannot set up timers: %s", strerror(-err));
		session_stop(session, STATUS_FAILED);
	} else {
		command_go(session->limits, &session->signals);
	}
}

/*
 * Of a ring that is not ours alone, what is left is looked at as well: then each event that was
 * sent is somewhere, but for what is on its way just now.
 */
static void count_all(struct session *session, struct session_end *end)
{
	const struct intake *intake = &session->intake;
	uint64_t found;

	for (int ms = 0; ms < RESUME_SETTLE_MS; ms++) {
		sum_counters(session, &end->counters);
		if (!intake->keeps)
			return;
		end->left = intake_waiting(intake);
		found = intake->received + session->opened.told + end->left;
		if (end->counters.sent == found + end->counters.ring)
			return;
		usleep(1000);
	}
}

static void finish(struct session *session)
{
	struct session_end end = {0};

	if (!session->request->pin_path) /* else it is not the last */
		sweep_last(&session->sweep, session->probe, &session->intake);
	probe_detach(session->probe);
	session->over = true;
	wall_clock_refresh(&session->clock);
	tell_opened(session, SIZE_MAX);
	if (session->intake.keeps)
		intake_drain_present(&session->intake);
	else
		intake_drain_last(&session->intake, session->probe);
	command_say_left(session->limits, &session->signals, session->probe);
	count_all(session, &end);
	shares_tell(&session->shares, session->probe, &end.counters);
	end.tracked = session_tracked(session);
	end.observed = probe_observed(session->probe);
	end.dns_unread = probe_dns_unread(session->probe);
	end.command_runs = session->signals.child.pid;
	end.failed = session->status != STATUS_DONE;
	FOR_CONSUMERS(session, finished, &end);
	who_say_forgotten(&session->who);
}

int session_run(const struct request *request, const struct limits *limits,
		const struct consumer *consumers, size_t n)
{
	struct session session = {
		.request = request,
		.limits = limits,
		.consumers = consumers,
		.n_consumers = n,
		.intake = {.event = on_event,
			   .context = on_context,
			   .busy = is_busy,
			   .ctx = &session},
		.signals = {.fd = -1,
			    .child = {.hold_fd = -1, .error_fd = -1},
			    .hangup_reopens = consumers_reopen(consumers, n)},
		.clock = wall_clock_now(),
		.tick_fd = -1,
		.opened = {.request = request, .who = &session.who, .intake = &session.intake},
	};
	int status = open_all(&session);

	if (!status) {
		start(&session);
		while (!session.stopping)
			loop_once(&session);
		finish(&session);
		status = session.status;
		/* Tracing can end before the command does (-n, -t): its status is its own all the
		 * same. */
		if (limits->argv && status == STATUS_DONE)
			status = command_status(&session.signals);
	}
	close_all(&session);
	return status;
}
