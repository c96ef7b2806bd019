// SPDX-License-Identifier: MIT
/* What live.h keeps, for how long, and how much of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/live_fixture.h"

/* A pair of its own for each n. */
static struct event nth(struct event event, uint32_t n)
{
	event.pid = 1000 + n;
	return event;
}

static struct event never_sent(struct event event)
{
	event.not_sent = true;
	return event;
}

static const struct live_pair *pair_of(const struct live *live, uint32_t pid)
{
	const struct live_pair *pair = live_pairs(live);

	while (pair && pair->pid != pid)
		pair = pair->next;
	return pair;
}

/* Time */

static void what_has_ended_stays_10_seconds(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, SECOND, 200));
	take(live, live_close(100, 2 * SECOND, 10, 20));
	live_tick(live, 12 * SECOND - 1);
	assert_true(the_connection(live)->ended);
	live_tick(live, 12 * SECOND);
	assert_null(the_pair(live)->connections);
	assert_int_equal(the_pair(live)->tx, 10);
	assert_int_equal(live_sums(live)->closed, 1);
}

static void a_pair_without_connections_stays_a_minute(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, SECOND, 200));
	take(live, live_close(100, 2 * SECOND, 10, 20));
	live_tick(live, 61 * SECOND);
	assert_null(the_pair(live)->connections);
	live_tick(live, 62 * SECOND);
	assert_null(live_pairs(live));
	assert_int_equal(live_sums(live)->n_pairs, 0);
}

static void what_is_open_stays(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, SECOND, 200));
	take(live, nth(live_of(EVENT_CONNECT, 101, SECOND), 1));
	take(live, nth(live_open(102, SECOND, TCP_ESTABLISHED), 2));
	live_tick(live, 3600 * SECOND);
	assert_int_equal(live_sums(live)->n_pairs, 3);
	assert_int_equal(live_sums(live)->n_open, 2);
	assert_int_equal(live_sums(live)->n_pending, 1);
}

static void an_event_lets_a_pair_stay_longer(void **state)
{
	struct live *live = *state;

	for (uint32_t n = 0; n < 2; n++)
		take(live, nth(never_sent(live_failed(n, SECOND, ENETUNREACH)), n));
	take(live, nth(never_sent(live_failed(7, 31 * SECOND, ENETUNREACH)), 0));
	live_tick(live, 62 * SECOND);
	assert_int_equal(the_pair(live)->pid, 1000);
	live_tick(live, 91 * SECOND);
	assert_null(live_pairs(live));
}

/* What is wrong about a time must not stay for good. */
static void times_far_ahead_are_forgotten(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, SECOND, 200));
	take(live, live_close(100, UINT64_MAX, 10, 20));
	take(live, nth(never_sent(live_failed(7, UINT64_MAX / 2, ENETUNREACH)), 0));
	live_tick(live, 2 * SECOND);
	assert_null(live_pairs(live));
}

/* What came after the moment that the tick is of. */
static void times_a_little_ahead_are_not(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, SECOND, 200));
	take(live, live_close(100, 2 * SECOND, 10, 20));
	live_tick(live, SECOND);
	assert_true(the_connection(live)->ended);
}

/* Failures */

static void failures_are_remembered_newest_first(void **state)
{
	struct live *live = *state;
	struct event event = live_failed(100, SECOND, ECONNREFUSED);

	event.has |= EVENT_HAS_SRC | EVENT_HAS_LATENCY;
	event.src.port = 4711;
	event.latency_ns = 24;
	assert_null(live_failure(live, 0));
	take(live, event);
	event = live_of(EVENT_CANCELLED, 101, 2 * SECOND);
	event.has &= ~EVENT_HAS_RETRIES;
	event.retries = 9;
	take(live, event);
	assert_int_equal(live_failure(live, 0)->retries, 0);
	assert_int_equal(live_failure(live, 0)->latency_ns, 0);
	assert_int_equal(live_failure(live, 0)->error, 0);
	assert_int_equal(live_failure(live, 0)->time_ns, 2 * SECOND);
	assert_false(live_failure(live, 0)->has_src);
	assert_int_equal(live_failure(live, 1)->error, ECONNREFUSED);
	assert_int_equal(live_failure(live, 1)->latency_ns, 24);
	assert_true(live_failure(live, 1)->has_src);
	assert_int_equal(live_failure(live, 1)->src.port, 4711);
	assert_ptr_equal(live_failure(live, 1)->pair, the_pair(live));
	assert_null(live_failure(live, 2));
	for (uint64_t id = 200; id < 200 + LIVE_FAILURES; id++)
		take(live, live_failed(id, id, EPERM));
	assert_int_equal(live_failure(live, 0)->time_ns, 200 + LIVE_FAILURES - 1);
	assert_int_equal(live_failure(live, LIVE_FAILURES - 1)->time_ns, 200);
	assert_null(live_failure(live, LIVE_FAILURES));
}

static void a_failure_outlives_its_pair(void **state)
{
	struct live *live = *state;

	take(live, nth(live_failed(100, SECOND, ECONNREFUSED), 0));
	take(live, nth(live_of(EVENT_CANCELLED, 101, SECOND), 1));
	take(live, nth(live_failed(102, 30 * SECOND, ECONNREFUSED), 2));
	live_tick(live, 61 * SECOND);
	live_tick(live, 62 * SECOND);
	assert_int_equal(the_pair(live)->pid, 1002);
	assert_ptr_equal(live_failure(live, 0)->pair, the_pair(live));
	assert_null(live_failure(live, 1)->pair);
	assert_null(live_failure(live, 2)->pair);
}

/* Handshakes */

static void a_handshake_outlives_its_connection(void **state)
{
	struct live *live = *state;
	const struct live_handshake *kept;

	take(live, nth(live_established(100, SECOND, 200), 0));
	take(live, nth(live_close(100, 2 * SECOND, 10, 20), 0));
	take(live, nth(live_failed(101, 2 * SECOND, EPERM), 0));
	take(live, nth(live_established(102, 50 * SECOND, 300), 0));
	live_tick(live, 12 * SECOND - 1);
	assert_null(live_handshake(live, 0));
	live_tick(live, 12 * SECOND);
	kept = live_handshake(live, 0);
	assert_int_equal(kept->connection.start_ns, 100);
	assert_int_equal(kept->connection.latency_ns, 200);
	assert_true(kept->connection.ended);
	assert_null(kept->connection.next);
	assert_ptr_equal(kept->pair, the_pair(live));
	assert_null(live_handshake(live, 1));
	live_tick(live, 61 * SECOND - 1);
	assert_non_null(live_handshake(live, 0));
	live_tick(live, 61 * SECOND);
	assert_null(live_handshake(live, 0));
	/* That of a connection that was open for longer is of no interest any more. */
	take(live, nth(live_close(102, 110 * SECOND, 10, 20), 0));
	live_tick(live, 120 * SECOND);
	assert_null(live_handshake(live, 0));
}

static void the_slowest_handshakes_are_remembered(void **state)
{
	struct live *live = *state;
	uint64_t n = LIVE_HANDSHAKES + 10, sum = 0, i;

	for (uint64_t id = 1; id <= n; id++) { /* 7 and n + 1 have no common divisor */
		take(live, live_established(id, SECOND, 1 + id * 7 % (n + 1)));
		take(live, live_close(id, SECOND, 0, 0));
	}
	live_tick(live, 12 * SECOND);
	for (i = 0; live_handshake(live, i); i++) {
		assert_true(live_handshake(live, i)->connection.latency_ns > 11);
		sum += live_handshake(live, i)->connection.latency_ns;
	}
	assert_int_equal(i, LIVE_HANDSHAKES);
	assert_int_equal(sum, LIVE_HANDSHAKES * (12 + n + 1) / 2);
}

static void a_handshake_is_forgotten_with_its_pair(void **state)
{
	struct live *live = *state;

	take(live, nth(live_established(1, 11 * SECOND, 200), 0));
	take(live, nth(live_close(1, 11 * SECOND, 0, 0), 0));
	live_tick(live, 21 * SECOND);
	assert_ptr_equal(live_handshake(live, 0)->pair, the_pair(live));
	for (uint32_t i = 1; i <= LIVE_PAIRS_MAX; i++)
		take(live, nth(live_of(EVENT_CONNECT, 1 + i, 22 * SECOND), i));
	assert_null(pair_of(live, 1000));
	assert_null(live_handshake(live, 0));
}

static void errors_are_of_the_last_minute(void **state)
{
	static const uint16_t errors[] = {EPERM,      ENETUNREACH,   EHOSTUNREACH,
					  ECONNRESET, ETIMEDOUT,     EACCES,
					  EADDRINUSE, EADDRNOTAVAIL, ECONNREFUSED};
	struct live *live = *state;
	const struct live_sums *sums = live_sums(live);
	uint64_t id = 0;

	/* The i-th i + 1 times, the first second apart from the rest. */
	for (uint64_t i = 0; i < 9; i++)
		for (uint64_t j = 0; j <= i; j++, id++)
			take(live, live_failed(id, SECOND + (j ? 0 : SECOND), errors[i]));
	live_tick(live, 60 * SECOND);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(sums->errors[i].error, errors[8 - i]);
		assert_int_equal(sums->errors[i].n, 9 - i);
	}
	live_tick(live, 61 * SECOND);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(sums->errors[i].n, 1);
	live_tick(live, 62 * SECOND);
	assert_int_equal(sums->errors[0].n, 0);
	take(live, live_failed(id, 62 * SECOND, EPERM));
	live_tick(live, 62 * SECOND);
	assert_int_equal(sums->errors[0].error, EPERM);
	assert_int_equal(sums->errors[0].n, 1);
	assert_int_equal(sums->errors[1].n, 0);
}

/* Room */

static void the_oldest_pair_without_connections_makes_room(void **state)
{
	struct live *live = *state;

	for (uint32_t n = 0; n < LIVE_PAIRS_MAX; n++)
		take(live, nth(never_sent(live_failed(n, n, ENETUNREACH)), n));
	assert_int_equal(live_sums(live)->n_pairs, LIVE_PAIRS_MAX);
	take(live, nth(never_sent(live_failed(0, LIVE_PAIRS_MAX, ENETUNREACH)), 0));
	take(live, nth(live_of(EVENT_CONNECT, 1 << 20, LIVE_PAIRS_MAX), LIVE_PAIRS_MAX));
	assert_int_equal(live_sums(live)->n_pairs, LIVE_PAIRS_MAX);
	assert_non_null(pair_of(live, 1000));
	assert_null(pair_of(live, 1001));
	assert_non_null(pair_of(live, 1000 + LIVE_PAIRS_MAX));
	assert_int_equal(live_sums(live)->forgotten, 0);
}

static void what_has_ended_makes_room_for_a_pair(void **state)
{
	struct live *live = *state;

	for (uint32_t n = 0; n < LIVE_PAIRS_MAX; n++)
		take(live, nth(live_of(EVENT_CONNECT, n, n), n));
	take(live, nth(live_failed(5, 100, ECONNREFUSED), 5));
	take(live, nth(live_of(EVENT_CONNECT, 1 << 20, 200), LIVE_PAIRS_MAX));
	assert_null(pair_of(live, 1005));
	assert_non_null(pair_of(live, 1000 + LIVE_PAIRS_MAX));
	assert_null(live_failure(live, 0)->pair);

	/* Now all are pending. */
	take(live, nth(live_of(EVENT_CONNECT, 1 << 21, 300), LIVE_PAIRS_MAX + 1));
	take(live, nth(never_sent(live_failed(1 << 22, 300, EPERM)), LIVE_PAIRS_MAX + 2));
	assert_null(pair_of(live, 1000 + LIVE_PAIRS_MAX + 1));
	assert_int_equal(live_sums(live)->forgotten, 1);
	assert_int_equal(live_sums(live)->begun, LIVE_PAIRS_MAX + 2);
	assert_int_equal(live_sums(live)->failed, 2);
	assert_int_equal(live_sums(live)->n_pending, LIVE_PAIRS_MAX);
	assert_null(live_failure(live, 0)->pair);
	assert_int_equal(live_failure(live, 0)->error, EPERM);
}

static void connections_that_find_no_room_are_counted(void **state)
{
	struct event retry = live_of(EVENT_RETRY, 1 << 20, 1 << 20);
	struct live *live = *state;

	for (uint64_t id = 0; id < LIVE_CONNECTIONS_MAX; id++)
		take(live, live_of(EVENT_CONNECT, id, id));
	take(live, live_of(EVENT_CONNECT, 1 << 20, 1 << 20));
	retry.retries = 5;
	take(live, retry);
	retry.not_sent = true;
	take(live, retry);
	take(live, live_established(1 << 20, 1 << 20, 0)); /* is not counted again */
	live_tick(live, 1 << 20);
	assert_int_equal(last_interval(live)->retries, 1);
	assert_int_equal(live_sums(live)->forgotten, 1);
	assert_int_equal(live_sums(live)->begun, LIVE_CONNECTIONS_MAX + 1);
	assert_int_equal(live_sums(live)->n_pending, LIVE_CONNECTIONS_MAX);
	assert_int_equal(live_sums(live)->n_open, 0);

	take(live, live_failed(7, 8, EPERM));
	take(live, live_failed(3, 9, EPERM));
	take(live, live_of(EVENT_CONNECT, 1 << 21, 1 << 21));
	assert_int_equal(live_sums(live)->forgotten, 1);
	take(live, live_close(7, 10, 0, 0)); /* it was the first to end, so it is not known */
	assert_int_equal(live_sums(live)->closed, 1);
	take(live, live_open(1 << 22, 11, TCP_ESTABLISHED));
	assert_int_equal(live_sums(live)->n_open, 1);
	take(live, live_open(1 << 23, 11, TCP_ESTABLISHED));
	assert_int_equal(live_sums(live)->forgotten, 2);
}

/* Copies */

static void a_copy_stays_as_it_is(void **state)
{
	struct live *live = *state, *copy;
	const struct live_pair *pair;

	take(live, nth(live_established(100, SECOND, 200), 0));
	take(live, nth(live_of(EVENT_CONNECT, 101, SECOND), 0));
	take(live, nth(live_failed(102, SECOND, ECONNREFUSED), 1));
	take(live, nth(live_established(103, SECOND, 300), 1));
	take(live, nth(live_close(103, SECOND, 0, 0), 1));
	live_tick(live, 11 * SECOND);
	assert_int_equal(live_copy(live, &copy), 0);
	take(live, nth(live_close(100, 2 * SECOND, 10, 20), 0));
	take(live, nth(live_failed(101, 2 * SECOND, EPERM), 0));
	live_tick(live, 100 * SECOND);
	live_tick(live, 200 * SECOND);
	assert_null(live_pairs(live));

	assert_int_equal(live_sums(copy)->n_pairs, 2);
	assert_int_equal(live_sums(copy)->n_open, 1);
	assert_int_equal(live_sums(copy)->errors[0].error, ECONNREFUSED);
	pair = pair_of(copy, 1000);
	assert_string_equal(pair->exe, "/usr/bin/curl");
	assert_string_equal(pair->unit, "curl.service");
	assert_null(pair->container);
	assert_int_equal(pair->connections->start_ns, 101);
	assert_int_equal(pair->connections->next->start_ns, 100);
	assert_false(pair->connections->next->ended);
	assert_null(pair->connections->next->next);
	assert_ptr_equal(live_failure(copy, 0)->pair, pair_of(copy, 1001));
	assert_null(live_failure(copy, 1));
	assert_ptr_equal(live_handshake(copy, 0)->pair, pair_of(copy, 1001));
	assert_null(live_handshake(copy, 1));
	live_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_has_ended_stays_10_seconds),
		TEST(a_pair_without_connections_stays_a_minute),
		TEST(what_is_open_stays),
		TEST(an_event_lets_a_pair_stay_longer),
		TEST(times_far_ahead_are_forgotten),
		TEST(times_a_little_ahead_are_not),
		TEST(failures_are_remembered_newest_first),
		TEST(a_failure_outlives_its_pair),
		TEST(a_handshake_outlives_its_connection),
		TEST(the_slowest_handshakes_are_remembered),
		TEST(a_handshake_is_forgotten_with_its_pair),
		TEST(errors_are_of_the_last_minute),
		TEST(the_oldest_pair_without_connections_makes_room),
		TEST(what_has_ended_makes_room_for_a_pair),
		TEST(connections_that_find_no_room_are_counted),
		TEST(a_copy_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
