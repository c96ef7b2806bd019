// SPDX-License-Identifier: MIT
/* What is in the ring, and when: read, left there, waited for. */
#include <limits.h>

#include "unit/session_fixture.h"

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

/* The event's consumer asks up to so often, each millisecond, whether it may go on waiting. */
#define ASKS 200

static void on_event_wait(void *ctx, struct session *session, const struct event *event,
			  int64_t boot_to_utc_ns)
{
	struct calls *of = ctx;

	(void)event, (void)boot_to_utc_ns;
	for (of->waits = 0; of->waits < ASKS && session_can_wait(session); of->waits++)
		usleep(1000);
	session_stop(session, STATUS_DONE);
}

static unsigned int waits_in(struct ring_fill ring, uint64_t fills_up)
{
	const struct consumer consumer = {.ctx = &calls[0], .event = on_event_wait};

	fake_send(EVENT_CONNECT, 1);
	fake.ring = ring;
	fake.fills_up = fills_up;
	assert_int_equal(run_all(good(), &consumer, 1), STATUS_DONE);
	return calls[0].waits;
}

/* A line that finds no room in a sink, after a stop that has filled the ring up. */
static void a_consumer_can_wait_in_a_ring_to_which_nothing_comes(void **state)
{
	(void)state;
	assert_int_equal(waits_in((struct ring_fill){.used = 95000, .size = 100000}, 0), ASKS);
}

static void a_consumer_cannot_wait_for_long_in_one_that_fills_up(void **state)
{
	(void)state;
	assert_true(waits_in((struct ring_fill){.used = 50001, .size = 100000}, 1) < ASKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(events_wait_in_the_ring_until_a_consumer_has_room),
		session_test(a_ring_that_is_half_full_and_fills_up_is_read_all_the_same),
		session_test(a_ring_that_is_full_is_read_all_the_same),
		session_test(what_is_in_a_ring_to_which_nothing_comes_can_wait),
		session_test(who_has_no_room_gets_all_once_the_programs_are_detached),
		session_test(what_was_under_way_is_waited_for),
		session_test(what_never_comes_is_not_waited_for_long),
		session_test(what_the_ring_has_lost_is_not_waited_for),
		session_test(a_ring_that_cannot_be_read_ends_the_session),
		session_test(a_ring_that_cannot_be_mapped_starts_none),
		session_test(a_consumer_can_wait_in_a_ring_to_which_nothing_comes),
		session_test(a_consumer_cannot_wait_for_long_in_one_that_fills_up),
	};

	return cmocka_run_group_tests(tests, remember_mask, NULL);
}
