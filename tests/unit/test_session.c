// SPDX-License-Identifier: MIT
/* A whole session, with a kernel side that is a queue: who is called, when, and what it ends with.
 */
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "engine/session.h"
#include "engine/sweep.h"
#include "engine/who.h"
#include "unit/context.h"
#include "unit/decoded.h"
#include "unit/dns_message.h"
#include "unit/fake_probe.h"
#include "unit/parsed.h"
#include "unit/said.h"
#include "util/array.h"
#include "util/log.h"

/* What a consumer of these tests has been called for. */
struct calls {
	unsigned int started, events, idle, ticks, intervals, reopened, finished;
	uint32_t pids[FAKE_RECORDS_MAX];
	struct session_end end;
	char order[16];	       /* 's' started, 'e' the first event, 'f' finished */
	unsigned int stop_at;  /* events; 0: never */
	int signo;	       /* that is sent to this process once tracing has begun */
	uint32_t sends_at_end; /* an event of that pid, once it is asked to stop */
	uint64_t undecodable;
	struct left_out left_out;
	unsigned int busy_for, busy; /* how often it says that it is, and has said so */
	bool over;		     /* the last event came after detaching */
	char who[64];		     /* the last event's executable and cgroup */
	char server[64];	     /* and the name of its destination */
};

static struct calls calls[2];

static void note(struct calls *of, char what)
{
	of->order[strlen(of->order)] = what;
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct calls *of = ctx;

	(void)session;
	assert_string_equal(start->tracepoints, "fake:one,fake:two");
	assert_int_not_equal(start->begin_ns, 0);
	of->started++;
	note(of, 's');
	if (of->signo)
		kill(getpid(), of->signo);
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct calls *of = ctx;

	assert_true(boot_to_utc_ns > 0);
	if (!of->events)
		note(of, 'e');
	of->pids[of->events++] = event->pid;
	of->over = session_is_over(session);
	snprintf(of->who, sizeof(of->who), "%s %s", event->image ? event->image->exe : NULL,
		 event->cgroup ? event->cgroup->path : NULL);
	snprintf(of->server, sizeof(of->server), "%s", event_server(event));
	if (of->events == of->stop_at)
		session_stop(session, STATUS_DONE);
}

static bool on_busy(void *ctx)
{
	struct calls *of = ctx;

	if (of->busy == of->busy_for)
		return false;
	of->busy++;
	return true;
}

static void on_idle(void *ctx, struct session *session)
{
	(void)session;
	((struct calls *)ctx)->idle++;
}

static void on_tick(void *ctx, struct session *session, const struct counters *counters)
{
	assert_memory_equal(counters, &fake.counters, sizeof(*counters));
	((struct calls *)ctx)->ticks++;
	session_stop(session, STATUS_DONE);
}

static void on_interval(void *ctx, struct session *session)
{
	(void)session;
	((struct calls *)ctx)->intervals++;
}

static void on_reopen(void *ctx, struct session *session)
{
	((struct calls *)ctx)->reopened++;
	session_stop(session, STATUS_DONE);
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct calls *of = ctx;

	of->finished++;
	of->end = *end;
	of->undecodable = session_undecodable(session);
	of->left_out = session_left_out(session);
	note(of, 'f');
}

static sigset_t mask_of_before;
static unsigned int open_before;

static unsigned int count_open(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int begin(void **state)
{
	(void)state;
	memset(calls, 0, sizeof(calls));
	fake_reset();
	open_before = count_open();
	return 0;
}

static int end(void **state)
{
	/* Else the command of the next session would have them blocked. */
	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	/* What a session has opened it has closed, and no command is left. */
	assert_int_equal(fake.opened_times, fake.closed);
	assert_int_equal(count_open(), open_before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	return forget(state);
}

#define session_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* The signals that a session has blocked would be blocked for the command of the next. */
static int run_all(const struct options *options, const struct consumer *consumers, size_t n)
{
	int status = session_run(&options->request, &options->limits, consumers, n);

	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	return status;
}

/* A session of a consumer that knows what every session has, and more callbacks of its own. */
static int run(const struct options *options, struct consumer consumer)
{
	consumer.ctx = &calls[0];
	consumer.started = on_started;
	consumer.event = on_event;
	consumer.finished = on_finished;
	return run_all(options, &consumer, 1);
}

/* The same, with what it said in said. */
static int run_and_hear(const struct options *options, struct consumer consumer)
{
	int status;

	listen_to_stderr();
	status = run(options, consumer);
	heard();
	return status;
}

static void every_consumer_gets_every_event_in_order(void **state)
{
	const struct consumer consumers[] = {
		{.ctx = &calls[0],
		 .started = on_started,
		 .event = on_event,
		 .idle = on_idle,
		 .finished = on_finished},
		{.ctx = NULL},
		{.ctx = &calls[1],
		 .started = on_started,
		 .event = on_event,
		 .finished = on_finished},
	};

	(void)state;
	for (uint32_t pid = 1; pid <= 100; pid++)
		fake_send(EVENT_CONNECT, pid);
	fake.tracked = 7;
	fake.counters.missed = 3;
	calls[1].stop_at = 100;
	assert_int_equal(run_all(good(), consumers, ARRAY_SIZE(consumers)), STATUS_DONE);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_int_equal(calls[i].events, 100);
		for (uint32_t pid = 1; pid <= 100; pid++)
			assert_int_equal(calls[i].pids[pid - 1], pid);
		assert_string_equal(calls[i].order, "sef");
		assert_int_equal(calls[i].end.counters.sent, 100);
		assert_int_equal(calls[i].end.counters.missed, 3);
		assert_int_equal(calls[i].end.tracked, 7);
		/* Detached before the last look: nothing came after it. */
		assert_int_equal(calls[i].end.observed.end_ns, 1);
	}
	assert_true(calls[0].idle > 0);
	assert_int_equal(fake.sweeps, 1);
}

static void events_wait_in_the_ring_until_a_consumer_has_room(void **state)
{
	const struct consumer busy = {.busy = on_busy, .idle = on_idle};

	(void)state;
	fake_send(EVENT_CONNECT, 1);
	fake_send(EVENT_FAILED, 2);
	calls[0].stop_at = 2;
	calls[0].busy_for = 20;
	assert_int_equal(run(good(), busy), STATUS_DONE);
	assert_int_equal(calls[0].events, 2);
	assert_false(calls[0].over);
	assert_int_equal(calls[0].busy, 20);
	/* The loop went on meanwhile. */
	assert_true(calls[0].idle >= 20);
}

static void assert_read_while_busy(struct ring_fill ring, uint64_t fills_up)
{
	const struct consumer busy = {.busy = on_busy};

	fake_send(EVENT_CONNECT, 1);
	fake.ring = ring;
	fake.fills_up = fills_up;
	calls[0].stop_at = 1;
	calls[0].busy_for = UINT_MAX;
	assert_int_equal(run(good(), busy), STATUS_DONE);
	assert_int_equal(calls[0].events, 1);
	assert_false(calls[0].over);
}

static void a_ring_that_is_half_full_and_fills_up_is_read_all_the_same(void **state)
{
	(void)state;
	assert_read_while_busy((struct ring_fill){.used = 50001, .size = 100000}, 1);
}

/* It may be that all that comes is refused. */
static void a_ring_that_is_full_is_read_all_the_same(void **state)
{
	(void)state;
	assert_read_while_busy((struct ring_fill){.used = 96000, .size = 100000}, 0);
}

/* Such as one that has filled up while the program was stopped. */
static void what_is_in_a_ring_to_which_nothing_comes_can_wait(void **state)
{
	const struct consumer busy = {.busy = on_busy};

	(void)state;
	fake_send(EVENT_CONNECT, 1);
	fake.ring = (struct ring_fill){.used = 95000, .size = 100000, .produced = 95000};
	calls[0].stop_at = 1;
	calls[0].busy_for = 200;
	assert_int_equal(run(good(), busy), STATUS_DONE);
	assert_int_equal(calls[0].events, 1);
	assert_int_equal(calls[0].busy, 200);
}

static void who_has_no_room_gets_all_once_the_programs_are_detached(void **state)
{
	const struct consumer busy = {.busy = on_busy, .reopen = on_reopen};

	(void)state;
	for (uint32_t pid = 1; pid <= 100; pid++)
		fake_send(EVENT_CONNECT, pid);
	calls[0].busy_for = UINT_MAX;
	calls[0].signo = SIGHUP;
	assert_int_equal(run(good(), busy), STATUS_DONE);
	assert_int_equal(calls[0].events, 100);
	assert_true(calls[0].over);
}

static void what_was_under_way_is_waited_for(void **state)
{
	(void)state;
	fake_send(EVENT_CONNECT, 1);
	fake_send(EVENT_FAILED, 2);
	fake.late = true;
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(calls[0].events, 2);
	assert_int_equal(calls[0].pids[1], 2);
}

/* The kernel side says that more was sent: without it, the session ends after a while. */
static void what_never_comes_is_not_waited_for_long(void **state)
{
	uint64_t began = clock_now_ns(CLOCK_MONOTONIC);

	(void)state;
	fake_send(EVENT_CONNECT, 1);
	fake.counters.sent = 2;
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_in_range(clock_now_ns(CLOCK_MONOTONIC) - began, 100 * NSEC_PER_MSEC,
			5 * NSEC_PER_SEC);
}

/* What found no room in the ring is not waited for. */
static void what_the_ring_has_lost_is_not_waited_for(void **state)
{
	(void)state;
	fake_send(EVENT_CONNECT, 1);
	fake.counters.sent = 2;
	fake.counters.ring = 1;
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_true(fake.fills_when_detached <= 2);
}

static void a_record_that_cannot_be_read_is_counted_and_told_once(void **state)
{
	(void)state;
	for (uint32_t pid = 1; pid <= 4; pid++)
		fake_send(EVENT_CONNECT, pid);
	fake.records[1].base.head.interface++;
	fake.records[2].base.head.size--;
	calls[0].stop_at = 2;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(calls[0].events, 2);
	assert_int_equal(calls[0].pids[1], 4);
	assert_int_equal(calls[0].undecodable, 2);
	assert_non_null(strstr(said, "cannot be read"));
	assert_null(strstr(strstr(said, "cannot be read") + 1, "cannot be read"));
}

/* Records of who and where are told, but are no events: the session does not wait for more. */
static void events_come_with_who_and_where(void **state)
{
	union process_bytes process = process_sample();
	union cgroup_bytes cgroup = cgroup_sample(TEXT("c"));

	(void)state;
	process.record.flags = PROCESS_HAS_EXE;
	process_text(&process, TEXT_EXE, TEXT("curl\0bin"));
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_ESTABLISHED, 10);
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].who, "/bin/curl /c");
	assert_int_equal(calls[0].events, 1);
	assert_int_equal(calls[0].undecodable, 0);
	assert_int_equal(calls[0].end.counters.context, 0);
	assert_true(fake.fills_when_detached <= 2);
}

static void who_and_where_that_cannot_be_read_is_counted_and_told_once(void **state)
{
	union process_bytes process = process_sample();
	union cgroup_bytes cgroup = cgroup_sample("", 0);

	(void)state;
	process.record.flags = PROCESS_EXE_CUT;
	cgroup.record.flags = CGROUP_CUT1;
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_CONNECT, 10);
	fake.counters.context = 5;
	calls[0].stop_at = 1;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].who, "(null) (null)");
	assert_int_equal(calls[0].end.counters.context, 7);
	assert_int_equal(calls[0].undecodable, 0);
	assert_non_null(strstr(said, "of a process, cgroup or name cannot be kept (Bad message)"));
	assert_null(strstr(strstr(said, "cannot be kept") + 1, "cannot be kept"));
}

/* The record of a name server's answer to sample_attempt's process; its destination is in it. */
static const union dns_bytes *dns_record(void)
{
	struct message_bytes message = message_of("www.example.com", ns_t_a);
	static union dns_bytes bytes;

	put_a(&message, NULL, 300, 1);
	bytes = dns_sample(900, &message);
	return &bytes;
}

static void events_come_with_names_of_destinations(void **state)
{
	(void)state;
	fake_tell(&dns_record()->record.head);
	fake_send(EVENT_FAILED, 10);
	calls[0].stop_at = 1;
	assert_int_equal(run(good("--dns"), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].server, "www.example.com");
	assert_int_equal(calls[0].end.counters.context, 0);
	assert_int_equal(calls[0].undecodable, 0);
}

/* Another process asked. */
static void a_name_of_anyone_is_for_the_host(void **state)
{
	const struct request request = {.dns = DNS_HOST}, own = {.dns = DNS_PROCESS};
	struct close_record record = sample(EVENT_FAILED);
	const union dns_bytes *bytes = dns_record();
	struct event event = decoded(&record);
	struct who who = {0};

	(void)state;
	event.pid++;
	assert_int_equal(who_open(&who, &own), 0);
	assert_int_equal(who_record(&who, EVENT_DNS, bytes, bytes->record.head.size), 0);
	who_event(&who, &event);
	assert_null(event.names);
	who_close(&who);
	who = (struct who){0};
	assert_int_equal(who_open(&who, &request), 0);
	assert_int_equal(who_record(&who, EVENT_DNS, bytes, bytes->record.head.size), 0);
	who_event(&who, &event);
	assert_int_equal(event.names->source, DNS_FROM_HOST);
	listen_to_stderr();
	log_set_level(LOG_DEBUG);
	who_say_forgotten(&who);
	log_set_level(LOG_INFO);
	assert_says(heard(), "names by 1 answers of name servers; forgotten for want of room: "
			     "those of 0 addresses, and of 0 connections");
	who_close(&who);
}

/* Of who is not known, though told of: but once it is, no more; nor if nobody told. */
static void what_is_not_known_is_asked_for(void **state)
{
	union cgroup_bytes cgroup = cgroup_sample(TEXT("c"));
	union process_bytes process = process_sample();

	(void)state;
	fake_send(EVENT_CONNECT, 10);
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_CONNECT, 10);
	fake_send(EVENT_CONNECT, 12);
	fake.records[4].base.attempt.origin = ORIGIN_MPTCP;
	calls[0].stop_at = 3;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(fake.n_told_again, 1);
	assert_int_equal(fake.tells_again, 10);
	assert_int_equal(fake.cgroup.id, 77);
}

/* More images than are kept: of those that had to go, the kernel side shall tell again. */
static void what_is_forgotten_here_is_forgotten_there(void **state)
{
	const struct request request = {.config.context = 1};
	union process_bytes process = process_sample();
	struct who who = {.probe = (struct probe *)&fake};

	(void)state;
	assert_int_equal(who_open(&who, &request), 0);
	for (process.record.pid = 1; !fake.n_told_again; process.record.pid++)
		assert_int_equal(
			who_record(&who, EVENT_PROCESS, &process.record, process.record.head.size),
			0);
	assert_int_equal(fake.tells_again, 1);
	assert_int_equal(fake.cgroup.id, 0);
	listen_to_stderr();
	log_set_level(LOG_DEBUG);
	who_say_forgotten(&who);
	log_set_level(LOG_INFO);
	assert_says(heard(),
		    "forgotten for want of room: 1 images, 0 cgroups, and of 0 connections");
	who_close(&who);
}

static void without_being_told_nothing_is_asked_for(void **state)
{
	const struct request request = {0};
	struct who who = {.probe = (struct probe *)&fake};
	struct close_record record = sample(EVENT_CONNECT);
	struct event event = decoded(&record);

	(void)state;
	assert_int_equal(who_open(&who, &request), 0);
	who_event(&who, &event);
	assert_int_equal(fake.n_told_again, 0);
	who_close(&who);
}

/* What a consumer kept is given again who made it. */
static void on_idle_identify(void *ctx, struct session *session)
{
	struct calls *of = ctx;
	struct close_record record = sample(EVENT_FAILED);
	struct event kept = decoded(&record);

	session_identify(session, &kept);
	snprintf(of->who, sizeof(of->who), "%u", kept.image ? kept.image->key.pid : 0);
	session_stop(session, STATUS_DONE);
}

static void an_event_that_was_kept_is_identified_again(void **state)
{
	union process_bytes process = process_sample();

	(void)state;
	fake_tell(&process.record.head);
	assert_int_equal(run(good(), (struct consumer){.idle = on_idle_identify}), STATUS_DONE);
	assert_string_equal(calls[0].who, "10");
}

static void a_ring_that_cannot_be_read_ends_the_session(void **state)
{
	(void)state;
	fake.fill_err = -EIO;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_FAILED);
	assert_says(said, "cannot read the ring buffer: Input/output error");
	assert_int_equal(calls[0].finished, 1);
}

static void a_ring_that_cannot_be_mapped_starts_none(void **state)
{
	(void)state;
	fake.ring_err = -ENOMEM;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_FAILED);
	assert_says(said, "cannot map the ring buffer: ");
	assert_int_equal(calls[0].started + calls[0].finished, 0);
}

static void a_probe_that_does_not_open_says_why(void **state)
{
	(void)state;
	fake.open_err = -EPERM;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_FAILED);
	assert_string_equal(said, "tpconnect: the fake does not open; -v shows more\n");
	log_set_level(LOG_DEBUG);
	run_and_hear(good(), (struct consumer){0});
	log_set_level(LOG_INFO);
	assert_string_equal(said, "tpconnect: the fake does not open\n");
	fake.kernel_lacks = true;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_UNABLE);
	assert_says(said, "the fake kernel is too old");
	/* Of a wrong --object, the kernel has no part in it. */
	fake.open_err = -ENOEXEC;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_FAILED);
	assert_string_equal(said, "tpconnect: the fake does not open\n");
	assert_int_equal(calls[0].started, 0);
}

static void a_duration_ends_it(void **state)
{
	uint64_t began = clock_now_ns(CLOCK_MONOTONIC);

	(void)state;
	assert_int_equal(run(good("-t", "50ms"), (struct consumer){0}), STATUS_DONE);
	assert_in_range(clock_now_ns(CLOCK_MONOTONIC) - began, 50 * NSEC_PER_MSEC,
			5 * NSEC_PER_SEC);
}

static void intervals_come_again_and_again(void **state)
{
	const struct consumer consumer = {.interval_ns = 20 * NSEC_PER_MSEC,
					  .interval = on_interval};
	uint64_t began_ns = clock_now_ns(CLOCK_MONOTONIC), took_ns;

	(void)state;
	assert_int_equal(run(good("-t", "310ms"), consumer), STATUS_DONE);
	took_ns = clock_now_ns(CLOCK_MONOTONIC) - began_ns;
	/* A busy machine may lose some, and end late; but none comes sooner than it is due. */
	assert_in_range(calls[0].intervals, 2, took_ns / consumer.interval_ns);
}

static void a_second_brings_the_counters(void **state)
{
	(void)state;
	fake.counters = (struct counters){.state = 1};
	fake.share = (struct share){.held_refused = 5, .uid = 33, .pid = 44, .comm = "greedy"};
	assert_int_equal(run_and_hear(good("-t", "10s"), (struct consumer){.tick = on_tick}),
			 STATUS_DONE);
	assert_int_equal(calls[0].ticks, 1);
	assert_says(said, "uid 33 (pid 44, greedy) holds 5 of 1000 places");
	assert_null(strstr(strstr(said, "greedy") + 1, "greedy"));
}

static void rights_are_dropped_before_it_starts_unless_a_command_has_them(void **state)
{
	(void)state;
	assert_int_equal(run(good("-t", "1ms"), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(fake.rights_dropped, 1);
	assert_int_equal(run(good("count", "-t", "1ms"), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(run(good("--", "true"), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(fake.rights_dropped, 1);
	/* Who cannot give them up does not trace. */
	begin(state);
	fake.rights_status = STATUS_FAILED;
	assert_int_equal(run(good("record"), (struct consumer){0}), STATUS_FAILED);
	assert_int_equal(fake.rights_dropped, 1);
	assert_int_equal(calls[0].started, 0);
}

static void what_cannot_be_counted_is_a_failure_and_told_once(void **state)
{
	int *const errs[] = {&fake.counters_err, &fake.tracked_err};

	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		begin(state);
		*errs[i] = -EPERM;
		assert_int_equal(run_and_hear(good("-t", "1200ms"), (struct consumer){0}),
				 STATUS_FAILED);
		assert_string_equal(
			said, "tpconnect: cannot read how much was missed: the kernel answers "
			      "bpf(2) with: Operation not permitted; what is shown of it is too "
			      "little\n");
		assert_int_equal(calls[0].finished, 1);
	}
}

static void a_signal_ends_it(void **state)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		memset(calls, 0, sizeof(calls));
		calls[0].signo = ends[i];
		assert_int_equal(run(good("-t", "10s"), (struct consumer){0}), STATUS_DONE);
		assert_int_equal(calls[0].finished, 1);
	}
}

static void a_hangup_reopens_what_can_be_reopened(void **state)
{
	(void)state;
	calls[0].signo = SIGHUP;
	assert_int_equal(run(good("-t", "10s"), (struct consumer){.reopen = on_reopen}),
			 STATUS_DONE);
	assert_int_equal(calls[0].reopened, 1);
}

/* The command after -- */

static void the_status_is_the_command_s(void **state)
{
	(void)state;
	assert_int_equal(run(good("--", "sh", "-c", "exit 7"), (struct consumer){0}), 7);
	assert_int_not_equal(fake.follows, 0);
	assert_int_equal(run(good("--", "sh", "-c", "kill -9 $$"), (struct consumer){0}),
			 128 + SIGKILL);
}

static void the_command_is_waited_for_when_tracing_ends_before_it(void **state)
{
	(void)state;
	assert_int_equal(run(good("-t", "10ms", "--", "sh", "-c", "sleep 0.2; exit 5"),
			     (struct consumer){0}),
			 5);
}

static void a_command_that_is_not_there_is_said(void **state)
{
	(void)state;
	assert_int_equal(run_and_hear(good("--", "/nonexistent"), (struct consumer){0}), 127);
	assert_says(said, "cannot run /nonexistent: No such file or directory");
	assert_int_equal(run_and_hear(good("--", "/"), (struct consumer){0}), 126);
	assert_says(said, "cannot run /: Permission denied");
}

static void a_command_that_cannot_be_followed_is_not_run(void **state)
{
	int status;

	(void)state;
	fake.follow_err = -E2BIG;
	assert_int_equal(run_and_hear(good("--", "sh", "-c", "exit 5"), (struct consumer){0}),
			 STATUS_FAILED);
	assert_says(said, "cannot start sh: ");
	/* It waits for us to let it go, and ends as we close. */
	assert_int_equal(waitpid((pid_t)fake.follows, &status, 0), fake.follows);
	assert_int_equal(WEXITSTATUS(status), 127);
}

static void a_signal_is_passed_on_and_the_command_waited_for(void **state)
{
	(void)state;
	calls[0].signo = SIGTERM;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"), (struct consumer){0}),
			 128 + SIGTERM);
	calls[0].signo = SIGUSR1;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"), (struct consumer){0}),
			 128 + SIGUSR1);
}

/* A second signal says that the command, which takes no notice, is not waited for. */
static void on_idle_signal_again(void *ctx, struct session *session)
{
	struct calls *of = ctx;

	(void)session;
	if (!of->idle++)
		kill(getpid(), SIGINT);
}

static void a_second_signal_ends_it_without_the_command(void **state)
{
	(void)state;
	signal(SIGTERM, SIG_IGN); /* the command inherits it */
	calls[0].signo = SIGTERM;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"),
			     (struct consumer){.idle = on_idle_signal_again}),
			 STATUS_DONE);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(waitpid((pid_t)fake.follows, NULL, WNOHANG), 0);
	kill((pid_t)fake.follows, SIGKILL);
	assert_int_equal(waitpid((pid_t)fake.follows, NULL, 0), fake.follows);
}

/* A descendant ends with the first tick, and the session with it. */
static void on_idle_end_descendant(void *ctx, struct session *session)
{
	struct calls *of = ctx;

	(void)session;
	if (++of->idle == 3)
		fake.followed = 0;
}

static void descendants_are_waited_for_if_asked(void **state)
{
	(void)state;
	fake.followed = 1;
	assert_int_equal(run(good("-t", "10s", "--wait", "--", "true"),
			     (struct consumer){.idle = on_idle_end_descendant}),
			 STATUS_DONE);
	assert_true(calls[0].idle >= 3);
}

static void descendants_that_are_left_are_told(void **state)
{
	(void)state;
	fake.followed = 1;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said,
		    "1 descendant of the command still runs and is no longer followed; --wait");
	fake.followed = 3;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said, "3 descendants of the command still run");
	fake.followed = -EPERM;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said, "cannot tell whether descendants of the command still run: Operation");
	fake.followed = 0;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_string_equal(said, "");
	fake.followed = 2;
	run_and_hear(good("-t", "50ms", "--wait", "--", "true"), (struct consumer){0});
	assert_says(said, "2 descendants of the command still run and are no longer followed\n");
}

/* What a consumer adds */

static int ready_pipe[2];
static bool was_ready;

static void on_ready(void *ctx, short revents)
{
	(void)revents;
	was_ready = true;
	session_stop(ctx, STATUS_FAILED);
}

static void on_started_add(void *ctx, struct session *session, const struct session_start *start)
{
	(void)ctx;
	(void)start;
	assert_true(loop_add(session_loop(session), ready_pipe[0], POLLIN, on_ready, session) > 0);
}

static void a_consumer_s_own_descriptor_is_waited_for(void **state)
{
	const struct consumer consumer = {.started = on_started_add};
	const struct options *options = good("-t", "10s");

	(void)state;
	was_ready = false;
	assert_int_equal(pipe(ready_pipe), 0);
	assert_int_equal(write(ready_pipe[1], "", 1), 1);
	assert_int_equal(session_run(&options->request, &options->limits, &consumer, 1),
			 STATUS_FAILED);
	assert_true(was_ready);
	close(ready_pipe[0]);
	close(ready_pipe[1]);
}

/* Looking for what has no socket any more */

static void a_sweep_comes_each_minute(void **state)
{
	struct sweep sweep = {0};

	(void)state;
	for (unsigned int seconds = 1; seconds <= 180; seconds++) {
		sweep_second(&sweep, (struct probe *)&fake);
		assert_int_equal(fake.sweeps, seconds / 60);
	}
}

static void a_sweep_that_fails_is_told_once_and_not_tried_again(void **state)
{
	struct sweep sweep = {0};

	(void)state;
	fake.sweep_err = -EPERM;
	listen_to_stderr();
	for (unsigned int seconds = 1; seconds <= 180; seconds++)
		sweep_second(&sweep, (struct probe *)&fake);
	assert_int_equal(fake.sweeps, 1);
	assert_string_equal(heard(),
			    "tpconnect: the fake cannot sweep: what stays tracked may have "
			    "no socket any more\n");
}

static void nothing_tracked_needs_no_sweep(void **state)
{
	(void)state;
	fake_send(EVENT_CONNECT, 1);
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(fake.sweeps, 0);
}

/* What is asked of the kernel side */

static struct config config_of(const struct options *options)
{
	fake.open_err = -EPERM;
	run_and_hear(options, (struct consumer){0});
	return fake.config;
}

static void the_kernel_side_is_told_what_to_filter(void **state)
{
	struct config config = config_of(good());

	(void)state;
	assert_int_equal(config.filter_pid, FILTER_UNUSED);
	assert_int_equal(config.follow, FILTER_UNUSED);
	assert_int_equal(config.family, 0);
	assert_true(config.syscalls);
	config = config_of(good("-p", "1", "-u", "!0", "-C", "curl", "-d", "0.0.0.0/0", "-4",
				"--no-syscalls", "-e", "close"));
	assert_int_equal(config.filter_pid, FILTER_NAMED);
	assert_int_equal(config.filter_uid, FILTER_OTHERS);
	assert_int_equal(config.filter_comm, FILTER_NAMED);
	assert_int_equal(config.filter_dst, FILTER_NAMED);
	assert_int_equal(config.family, 4);
	assert_int_equal(config.event_mask, EVENT_BIT(EVENT_CLOSE));
	assert_false(config.syscalls);
	config = config_of(good("-6", "-p", "1", "--follow"));
	assert_int_equal(config.family, 6);
	assert_int_equal(config.filter_pid, FILTER_UNUSED);
	assert_int_equal(config.follow, FILTER_NAMED);
	assert_int_equal(config_of(good("-4", "-6")).family, 0);
	assert_int_equal(config_of(good("--", "true")).follow, FILTER_NAMED);
}

/* What nobody knows of is not wanted by name, and is not left out by name. */
static void what_is_not_wanted_reaches_no_consumer(void **state)
{
	static const struct {
		const char *exe;
		unsigned int events;
	} cases[] = {{"curl", 0}, {"!curl", 3}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(state);
		for (uint32_t pid = 1; pid <= 3; pid++)
			fake_send(EVENT_CONNECT, pid);
		run(good("--exe", cases[i].exe, "-t", "1ms"), (struct consumer){0});
		assert_int_equal(calls[0].events, cases[i].events);
		assert_int_equal(calls[0].left_out.events, 3 - cases[i].events);
		assert_int_equal(calls[0].left_out.unknown, 3 - cases[i].events);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(every_consumer_gets_every_event_in_order),
		session_test(events_wait_in_the_ring_until_a_consumer_has_room),
		session_test(a_ring_that_is_half_full_and_fills_up_is_read_all_the_same),
		session_test(a_ring_that_is_full_is_read_all_the_same),
		session_test(what_is_in_a_ring_to_which_nothing_comes_can_wait),
		session_test(who_has_no_room_gets_all_once_the_programs_are_detached),
		session_test(what_was_under_way_is_waited_for),
		session_test(what_never_comes_is_not_waited_for_long),
		session_test(what_the_ring_has_lost_is_not_waited_for),
		session_test(a_record_that_cannot_be_read_is_counted_and_told_once),
		session_test(events_come_with_who_and_where),
		session_test(events_come_with_names_of_destinations),
		session_test(a_name_of_anyone_is_for_the_host),
		session_test(who_and_where_that_cannot_be_read_is_counted_and_told_once),
		session_test(what_is_not_known_is_asked_for),
		session_test(what_is_forgotten_here_is_forgotten_there),
		session_test(without_being_told_nothing_is_asked_for),
		session_test(an_event_that_was_kept_is_identified_again),
		session_test(a_ring_that_cannot_be_read_ends_the_session),
		session_test(a_ring_that_cannot_be_mapped_starts_none),
		session_test(a_probe_that_does_not_open_says_why),
		session_test(a_duration_ends_it),
		session_test(intervals_come_again_and_again),
		session_test(a_second_brings_the_counters),
		session_test(rights_are_dropped_before_it_starts_unless_a_command_has_them),
		session_test(what_cannot_be_counted_is_a_failure_and_told_once),
		session_test(a_signal_ends_it),
		session_test(a_hangup_reopens_what_can_be_reopened),
		session_test(the_status_is_the_command_s),
		session_test(the_command_is_waited_for_when_tracing_ends_before_it),
		session_test(a_command_that_is_not_there_is_said),
		session_test(a_command_that_cannot_be_followed_is_not_run),
		session_test(a_signal_is_passed_on_and_the_command_waited_for),
		session_test(a_second_signal_ends_it_without_the_command),
		session_test(a_consumer_s_own_descriptor_is_waited_for),
		session_test(a_sweep_comes_each_minute),
		session_test(a_sweep_that_fails_is_told_once_and_not_tried_again),
		session_test(nothing_tracked_needs_no_sweep),
		session_test(descendants_are_waited_for_if_asked),
		session_test(descendants_that_are_left_are_told),
		session_test(the_kernel_side_is_told_what_to_filter),
		session_test(what_is_not_wanted_reaches_no_consumer),
	};

	sigprocmask(SIG_SETMASK, NULL, &mask_of_before);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
