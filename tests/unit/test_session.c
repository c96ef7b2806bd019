// SPDX-License-Identifier: MIT
/* A whole session, with a kernel side that is a queue: who is called, when, and what it ends with.
 */
#include "engine/sweep.h"
#include "unit/session_fixture.h"
#include "util/array.h"
#include "util/log.h"

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
		session_test(a_probe_that_does_not_open_says_why),
		session_test(a_duration_ends_it),
		session_test(intervals_come_again_and_again),
		session_test(a_second_brings_the_counters),
		session_test(rights_are_dropped_before_it_starts_unless_a_command_has_them),
		session_test(what_cannot_be_counted_is_a_failure_and_told_once),
		session_test(a_signal_ends_it),
		session_test(a_hangup_reopens_what_can_be_reopened),
		session_test(a_consumer_s_own_descriptor_is_waited_for),
		session_test(a_sweep_comes_each_minute),
		session_test(a_sweep_that_fails_is_told_once_and_not_tried_again),
		session_test(nothing_tracked_needs_no_sweep),
		session_test(the_kernel_side_is_told_what_to_filter),
		session_test(what_is_not_wanted_reaches_no_consumer),
	};

	return cmocka_run_group_tests(tests, remember_mask, NULL);
}
