// SPDX-License-Identifier: MIT
/* What live.h knows after events, gauges and ticks. */
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
#include "util/array.h"

/* A connection's life */

static void a_connection_is_pending_open_and_over(void **state)
{
	struct live *live = *state;
	const struct live_pair *pair;
	struct event event;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	pair = the_pair(live);
	assert_false(the_connection(live)->has_src);
	assert_int_equal(pair->n_pending, 1);
	assert_int_equal(pair->n_open, 0);
	assert_int_equal(the_connection(live)->state, TCP_SYN_SENT);
	assert_int_equal(the_connection(live)->begun_ns, 100);

	event = live_established(100, 300, 200);
	event.has |= EVENT_HAS_SRC;
	event.src.port = 4711;
	take(live, event);
	assert_true(the_connection(live)->has_src);
	assert_int_equal(the_connection(live)->src.port, 4711);
	assert_int_equal(pair->n_pending, 0);
	assert_int_equal(pair->n_open, 1);
	assert_int_equal(live_sums(live)->n_open, 1);
	assert_int_equal(the_connection(live)->state, TCP_ESTABLISHED);
	assert_int_equal(the_connection(live)->established_ns, 300);
	assert_int_equal(the_connection(live)->latency_ns, 200);
	assert_false(the_connection(live)->measured);

	take(live, live_close(100, 900, 10, 20));
	assert_int_equal(pair->n_open, 0);
	assert_int_equal(live_sums(live)->n_open, 0);
	assert_true(the_connection(live)->ended);
	assert_int_equal(the_connection(live)->ended_ns, 900);
	assert_int_equal(the_connection(live)->tx, 10);
	assert_int_equal(the_connection(live)->rx, 20);
	assert_int_equal(the_connection(live)->rtt_us, 0); /* never measured */
	assert_int_equal(the_connection(live)->start_ns, 100);
	assert_int_equal(the_connection(live)->cpu, 1);
	assert_int_equal(pair->begun, 1);
	assert_int_equal(live_sums(live)->begun, 1);
	assert_int_equal(live_sums(live)->closed, 1);
}

static void an_established_one_without_its_beginning_is_open(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, 300, 200));
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_pair(live)->begun, 1);
	assert_int_equal(the_connection(live)->begun_ns, 100);
}

/* What a record has that was made with the events that come by default. */
static void results_alone_are_connections_that_have_begun(void **state)
{
	struct live *live = *state;
	struct event closed = live_close(104, 900, 10, 20);

	closed.has |= EVENT_HAS_DURATION;
	closed.duration_ns = 500;
	take(live, live_failed(101, 300, ECONNREFUSED));
	take(live, live_of(EVENT_CANCELLED, 102, 300));
	take(live, live_of(EVENT_RETRY, 103, 300));
	take(live, closed);
	assert_int_equal(the_pair(live)->begun, 4);
	assert_int_equal(the_pair(live)->failed, 1);
	assert_int_equal(the_pair(live)->cancelled, 1);
	assert_int_equal(the_pair(live)->n_pending, 1);
	assert_int_equal(the_pair(live)->n_open, 0);
	assert_int_equal(the_pair(live)->connections->established_ns, 400);
	assert_int_equal(live_sums(live)->begun, 4);
	assert_int_equal(live_sums(live)->failed, 1);
	assert_int_equal(live_sums(live)->cancelled, 1);
}

static void who_tells_of_beginnings_tells_of_all(void **state)
{
	struct live *live = *state;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	take(live, live_established(50, 300, 250));
	assert_int_equal(the_pair(live)->begun, 1);
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_pair(live)->n_pending, 1);
}

static void the_same_told_again_changes_nothing(void **state)
{
	static const enum event_kind kinds[] = {EVENT_CONNECT, EVENT_RETRY,	EVENT_ESTABLISHED,
						EVENT_FAILED,  EVENT_CANCELLED, EVENT_CLOSE,
						EVENT_OPEN};
	struct live *live = *state;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	take(live, live_of(EVENT_CONNECT, 100, 100));
	assert_int_equal(the_pair(live)->begun, 1);
	take(live, live_established(100, 300, 200));
	take(live, live_established(100, 310, 210));
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_connection(live)->latency_ns, 200);
	take(live, live_close(100, 900, 10, 20));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		take(live, live_of(kinds[i], 100, 1000));
	live_tick(live, 1000);
	assert_int_equal(the_connection(live)->ended_ns, 900);
	assert_int_equal(the_connection(live)->last, EVENT_CLOSE);
	assert_int_equal(last_interval(live)->begun, 1);
	assert_int_equal(last_interval(live)->established, 1);
	assert_int_equal(last_interval(live)->closed, 1);
	assert_int_equal(last_interval(live)->failed + last_interval(live)->cancelled, 0);
}

static void what_was_open_before_has_not_begun(void **state)
{
	struct live *live = *state;
	struct event event = live_open(100, 100, TCP_CLOSE_WAIT);

	event.has |= EVENT_HAS_HOLDERS | EVENT_HAS_IDLE | EVENT_HAS_RTT;
	event.holders = 3;
	event.open.idle_ns = 40;
	event.open.unacked = 5;
	event.bytes_sent = 1000;
	event.rtt_us = 77;
	take(live, event);
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->begun, 0);
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_pair(live)->tx, 1000);
	assert_int_equal(the_pair(live)->last_ns, 0);
	assert_int_equal(live_sums(live)->n_preexisting, 1);
	assert_int_equal(last_interval(live)->bytes_sent, 0);
	assert_true(the_connection(live)->preexisting);
	assert_true(the_connection(live)->measured);
	assert_int_equal(the_connection(live)->state, TCP_CLOSE_WAIT);
	assert_int_equal(the_connection(live)->holders, 3);
	assert_int_equal(the_connection(live)->idle_ns, 40);
	assert_int_equal(the_connection(live)->unacked, 5);
	assert_int_equal(the_connection(live)->rtt_us, 77);
	take(live, live_close(100, 2 * SECOND, 1500, 0));
	assert_int_equal(live_sums(live)->n_preexisting, 0);
	live_tick(live, 2 * SECOND);
	assert_int_equal(last_interval(live)->bytes_sent, 500);
}

static void what_was_pending_before_is_pending(void **state)
{
	struct live *live = *state;

	take(live, live_open(100, 100, TCP_SYN_SENT));
	assert_int_equal(the_pair(live)->n_pending, 1);
	assert_int_equal(live_sums(live)->n_preexisting, 0);
	take(live, live_established(100, 300, 200));
	assert_int_equal(live_sums(live)->n_preexisting, 1);
}

static void what_others_opened_is_left_out(void **state)
{
	struct live *live = *state;
	struct event event = live_open(100, 100, TCP_ESTABLISHED);

	take(live, live_open(101, 100, TCP_LISTEN));
	take(live, live_open(102, 100, TCP_CLOSE));
	event.open.direction = DIRECTION_IN;
	take(live, event);
	assert_null(live_pairs(live));
	event.open.direction = DIRECTION_UNKNOWN;
	take(live, event);
	assert_int_equal(the_pair(live)->n_open, 1);
}

/* Open before, closed before a snapshot came by: nobody is known to have held it. */
static void a_close_of_what_is_not_known_is_of_nobody(void **state)
{
	struct live *live = *state;
	struct event event = live_close(100, 100, 1 << 30, 0);

	event.has = 0;
	event.preexisting = true;
	take(live, event);
	live_tick(live, SECOND);
	assert_false(the_pair(live)->has_process);
	assert_int_equal(the_pair(live)->pid, 0);
	assert_int_equal(the_pair(live)->begun, 0);
	assert_true(the_connection(live)->ended);
	assert_int_equal(the_connection(live)->tx, 1 << 30);
	/* Carried within that second, it need not have been. */
	assert_int_equal(last_interval(live)->bytes_sent, 0);
	assert_int_equal(last_interval(live)->closed, 1);
}

static void what_was_never_sent_never_was_a_connection(void **state)
{
	struct live *live = *state;
	struct event begun = live_of(EVENT_CONNECT, 100, 100);
	struct event failed = live_failed(100, 100, ENETUNREACH);

	begun.not_sent = failed.not_sent = true;
	begun.repeated = failed.repeated = 9;
	take(live, begun);
	take(live, failed);
	live_tick(live, SECOND);
	assert_null(the_pair(live)->connections);
	assert_int_equal(the_pair(live)->begun, 10);
	assert_int_equal(the_pair(live)->failed, 10);
	assert_int_equal(the_pair(live)->last.failed, 10);
	assert_int_equal(live_sums(live)->errors[0].error, ENETUNREACH);
	assert_int_equal(live_sums(live)->errors[0].n, 10);
	assert_true(live_failure(live, 0)->not_sent);
	assert_null(live_failure(live, 1));
}

static void syns_sent_again_are_counted_once(void **state)
{
	struct live *live = *state;
	struct event event = live_of(EVENT_RETRY, 100, 200);

	take(live, live_of(EVENT_CONNECT, 100, 100));
	event.retries = 1;
	take(live, event);
	event.retries = 2;
	take(live, event);
	event.not_sent = true; /* and could not leave */
	take(live, event);
	event = live_failed(100, 300, ETIMEDOUT);
	event.retries = 3; /* the event of the third was lost */
	take(live, event);
	live_tick(live, 400);
	assert_int_equal(the_connection(live)->retries, 3);
	assert_int_equal(the_pair(live)->retries, 3);
	assert_int_equal(the_pair(live)->last.retries, 3);
	assert_int_equal(last_interval(live)->retries, 3);
	assert_int_equal(the_connection(live)->error, ETIMEDOUT);
	assert_int_equal(live_failure(live, 0)->retries, 3);
}

/* Rates */

static void a_rate_is_of_two_gauges(void **state)
{
	struct live *live = *state;
	struct gauge gauge = live_gauge_of(100, 9000, 100);
	const struct live_connection *connection;

	take(live, live_established(100, 300, 200));
	connection = the_connection(live);
	measure(live, live_gauge_of(100, 5000, 100));
	live_tick(live, SECOND);
	assert_true(connection->measured);
	assert_int_equal(connection->tx, 5000);
	assert_int_equal(connection->tx_rate, 0);
	assert_int_equal(last_interval(live)->bytes_sent, 5000);

	gauge.idle_ns = 3;
	gauge.unacked = 4;
	gauge.retransmits = 5;
	gauge.rtt_us = 6;
	measure(live, gauge);
	assert_int_equal(connection->idle_ns, 3);
	assert_int_equal(connection->unacked, 4);
	assert_int_equal(connection->retransmits, 5);
	assert_int_equal(connection->rtt_us, 6);
	live_tick(live, 3 * SECOND);
	assert_int_equal(connection->tx_rate, 2000);
	assert_int_equal(connection->rx_rate, 0);
	assert_int_equal(the_pair(live)->tx_rate, 2000);
	assert_int_equal(the_pair(live)->last.bytes_sent, 4000);

	live_tick(live, 4 * SECOND); /* without a gauge */
	assert_int_equal(connection->tx_rate, 0);
	measure(live, live_gauge_of(100, 19000, 100));
	live_tick(live, 5 * SECOND); /* since when? */
	assert_int_equal(connection->tx_rate, 0);
	assert_int_equal(the_pair(live)->last.bytes_sent, 10000);
}

static void a_counter_that_goes_back_gives_no_rate(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, 300, 200));
	measure(live, live_gauge_of(100, 5000, 500));
	live_tick(live, SECOND);
	measure(live, live_gauge_of(100, 4000, 600));
	live_tick(live, 2 * SECOND);
	assert_int_equal(the_connection(live)->tx_rate, 0);
	assert_int_equal(the_connection(live)->rx_rate, 100);
	assert_int_equal(the_pair(live)->tx, 4000);
	assert_int_equal(last_interval(live)->bytes_sent, 0);
}

static void what_a_close_tells_is_of_its_interval(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, 300, 200));
	measure(live, live_gauge_of(100, 5000, 500));
	live_tick(live, SECOND);
	measure(live, live_gauge_of(100, 6000, 500));
	live_tick(live, 2 * SECOND);
	take(live, live_close(100, 2 * SECOND + 1, 6300, 700));
	live_tick(live, 3 * SECOND);
	assert_int_equal(last_interval(live)->bytes_sent, 300);
	assert_int_equal(last_interval(live)->bytes_received, 200);
	assert_int_equal(the_pair(live)->tx_rate, 0);
	assert_int_equal(the_connection(live)->tx_rate, 0);
	assert_int_equal(the_pair(live)->tx, 6300);
}

static void gauges_of_what_is_not_open_are_left_alone(void **state)
{
	struct live *live = *state;

	measure(live, live_gauge_of(100, 5000, 500));
	assert_null(live_pairs(live));
	take(live, live_close(100, 100, 10, 10));
	measure(live, live_gauge_of(100, 5000, 500));
	assert_int_equal(the_connection(live)->tx, 10);
}

static void what_has_a_gauge_is_established(void **state)
{
	struct live *live = *state;
	struct gauge gauge = live_gauge_of(100, 10, 10);

	take(live, live_of(EVENT_CONNECT, 100, 100));
	gauge.state = TCP_SYN_SENT;
	measure(live, gauge);
	assert_int_equal(the_pair(live)->n_pending, 1);
	assert_false(the_connection(live)->measured);
	gauge.state = TCP_CLOSE_WAIT;
	measure(live, gauge);
	assert_int_equal(the_pair(live)->n_pending, 0);
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_connection(live)->state, TCP_CLOSE_WAIT);
	take(live, live_established(100, 300, 200)); /* it was on its way */
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->n_open, 1);
	assert_int_equal(the_connection(live)->latency_ns, 200);
	assert_int_equal(last_interval(live)->established, 1);
}

static void where_something_else_begins_nothing_is_open(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, 300, 200));
	take(live, live_of(EVENT_CONNECT, 101, 400));
	live_begin_anew(live, 500);
	assert_int_equal(the_pair(live)->n_open, 0);
	assert_int_equal(the_pair(live)->n_pending, 0);
	assert_true(the_pair(live)->connections->unseen);
	live_tick(live, SECOND);
	assert_int_equal(last_interval(live)->closed, 0); /* of which nobody knows */
}

/* The time between is the application's: docs/spec.md, T8. */
static void a_deferred_handshake_has_no_duration(void **state)
{
	struct live *live = *state;
	struct event event = live_established(100, 30 * SECOND, 29 * SECOND);

	event.deferred = true;
	take(live, event);
	assert_int_equal(the_connection(live)->latency_ns, 0);
	assert_int_equal(the_connection(live)->begun_ns, SECOND);
}

/* Two have gauges; the second no longer, as the event of its end was lost. */
static void what_lacks_gauges_has_ended_unseen(void **state)
{
	struct live *live = *state;
	const struct live_connection *second;

	take(live, live_established(99, 300, 200)); /* of this one, no gauge ever comes */
	take(live, live_established(100, 300, 200));
	take(live, live_established(101, 300, 200));
	second = the_pair(live)->connections;
	for (uint64_t i = 1; i <= 9; i++) {
		measure(live, live_gauge_of(100, i, i));
		if (i <= 2 || i == 5)
			measure(live, live_gauge_of(101, i, i));
		if (i != 8) /* they failed that time */
			live_gauges_complete(live);
		live_tick(live, i * SECOND);
		assert_int_equal(second->ended, i == 9);
	}
	assert_true(second->unseen);
	assert_int_equal(second->start_ns, 101);
	assert_int_equal(second->ended_ns, 9 * SECOND);
	assert_int_equal(the_pair(live)->n_open, 2);
	assert_int_equal(live_sums(live)->closed, 0);
}

/* So many intervals pass, of which all gauges have come: of these two at most. */
static void let_pass(struct live *live, uint64_t n, const struct gauge *a, const struct gauge *b)
{
	for (uint64_t i = 0; i < n; i++) {
		if (a)
			measure(live, *a);
		if (b)
			measure(live, *b);
		live_gauges_complete(live);
		live_tick(live, SECOND);
	}
}

static struct gauge gauge_of_pending(uint64_t start_ns)
{
	struct gauge gauge = live_gauge_of(start_ns, 0, 0);

	gauge.state = TCP_SYN_SENT;
	return gauge;
}

/* The results of the second and third were lost; the third was pending for less than an interval.
 */
static void what_is_pending_without_gauges_has_ended_unseen(void **state)
{
	struct live *live = *state;
	const struct gauge first = gauge_of_pending(100), second = gauge_of_pending(101);
	const struct live_pair *pair;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	take(live, live_of(EVENT_CONNECT, 101, 101));
	pair = the_pair(live);
	let_pass(live, LIVE_LACKING, &first, &second);
	assert_int_equal(pair->n_pending, 2);
	take(live, live_of(EVENT_CONNECT, 102, 102));
	let_pass(live, LIVE_LACKING - 1, &first, NULL);
	assert_int_equal(pair->n_pending, 3);
	let_pass(live, 1, &first, NULL);
	assert_int_equal(pair->n_pending, 1);
	assert_true(pair->connections->unseen);
	assert_int_equal(pair->connections->state, TCP_CLOSE);
	assert_int_equal(pair->failed, 0);
}

/* Nobody promises gauges of it, unless one has come. */
static void what_was_pending_before_needs_gauges_to_lack_them(void **state)
{
	struct live *live = *state;
	const struct gauge second = gauge_of_pending(101);

	take(live, live_open(100, 100, TCP_SYN_SENT));
	take(live, live_open(101, 100, TCP_SYN_SENT));
	let_pass(live, 1, &second, NULL);
	let_pass(live, LIVE_LACKING, NULL, NULL);
	assert_int_equal(the_pair(live)->n_pending, 1);
}

static void results_that_come_late_count(void **state)
{
	struct live *live = *state;
	const struct live_pair *pair;

	for (uint64_t start_ns = 100; start_ns < 103; start_ns++)
		take(live, live_of(EVENT_CONNECT, start_ns, start_ns));
	let_pass(live, LIVE_LACKING, NULL, NULL);
	pair = the_pair(live);
	assert_int_equal(pair->n_pending, 0);
	take(live, live_of(EVENT_CONNECT, 100, 100)); /* it was told before */
	assert_int_equal(pair->n_pending, 0);
	take(live, live_failed(100, 300, ECONNREFUSED));
	take(live, live_failed(100, 300, ECONNREFUSED)); /* likewise */
	take(live, live_established(101, 300, 200));
	assert_int_equal(pair->failed, 1);
	assert_int_equal(pair->n_open, 1);
	assert_int_equal(pair->n_pending, 0);
	assert_int_equal(pair->begun, 3);
	for (const struct live_connection *c = pair->connections; c; c = c->next) {
		assert_int_equal(c->unseen, c->start_ns == 102);
		assert_int_equal(c->ended, c->start_ns != 101);
	}
}

static void a_clock_that_stands_still_gives_no_rate(void **state)
{
	struct live *live = *state;

	take(live, live_established(100, 300, 200));
	for (uint64_t i = 1; i <= 3; i++) {
		measure(live, live_gauge_of(100, 5000 * i, 500));
		live_tick(live, SECOND);
	}
	assert_int_equal(the_connection(live)->tx_rate, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_connection_is_pending_open_and_over),
		TEST(an_established_one_without_its_beginning_is_open),
		TEST(results_alone_are_connections_that_have_begun),
		TEST(who_tells_of_beginnings_tells_of_all),
		TEST(the_same_told_again_changes_nothing),
		TEST(what_was_open_before_has_not_begun),
		TEST(what_was_pending_before_is_pending),
		TEST(what_others_opened_is_left_out),
		TEST(a_close_of_what_is_not_known_is_of_nobody),
		TEST(what_was_never_sent_never_was_a_connection),
		TEST(syns_sent_again_are_counted_once),
		TEST(a_rate_is_of_two_gauges),
		TEST(a_counter_that_goes_back_gives_no_rate),
		TEST(what_a_close_tells_is_of_its_interval),
		TEST(gauges_of_what_is_not_open_are_left_alone),
		TEST(what_has_a_gauge_is_established),
		TEST(where_something_else_begins_nothing_is_open),
		TEST(a_deferred_handshake_has_no_duration),
		TEST(what_lacks_gauges_has_ended_unseen),
		TEST(what_is_pending_without_gauges_has_ended_unseen),
		TEST(what_was_pending_before_needs_gauges_to_lack_them),
		TEST(results_that_come_late_count),
		TEST(a_clock_that_stands_still_gives_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
