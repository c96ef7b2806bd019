// SPDX-License-Identifier: MIT
/* Events, gauges and ticks in any order, compared with a few rules of what a connection is. */
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
#include "unit/random_event.h"

#define CONNECTIONS 64
#define PROCESSES   5

enum is { NONE, PENDING, OPEN, ENDED };

struct expected {
	enum is connections[CONNECTIONS];
	uint64_t ended_ns[CONNECTIONS];
	uint64_t failed, cancelled, closed; /* as sums have them */
	uint64_t now_ns;
};

/* What becomes of it; false: nothing does. */
static bool expect(struct expected *expected, const struct event *event)
{
	enum is *is = &expected->connections[event->start_ns];

	if (*is == ENDED || (*is != NONE && event->kind == EVENT_CONNECT))
		return false;
	switch (event->kind) {
	case EVENT_ESTABLISHED:
		*is = OPEN;
		break;
	case EVENT_OPEN:
		if (*is == NONE)
			*is = event->open.state == TCP_SYN_SENT ? PENDING : OPEN;
		break;
	case EVENT_CONNECT:
	case EVENT_RETRY:
		if (*is == NONE)
			*is = PENDING;
		break;
	default:
		*is = ENDED;
		expected->ended_ns[event->start_ns] = event->time_ns;
		break;
	}
	return true;
}

static void happen(struct live *live, struct expected *expected, uint64_t *seed)
{
	struct event event = random_event(seed);
	bool never_sent = false;

	event.open.direction = DIRECTION_OUT;
	event.open.state = next_random(seed) % 4 ? TCP_ESTABLISHED : TCP_SYN_SENT;
	if (event.kind != EVENT_OPEN)
		never_sent = event.not_sent = !(next_random(seed) % 8);
	never_sent = never_sent && event.kind != EVENT_RETRY;
	event.start_ns = next_random(seed) % CONNECTIONS;
	/* A process is known by all of its events, or by none. */
	event.has &= ~EVENT_HAS_PROCESS;
	event.pid = (uint32_t)event.start_ns % PROCESSES;
	if (event.pid)
		event.has |= EVENT_HAS_PROCESS;
	memset(&event.dst, 0, sizeof(event.dst));
	event.process_start_ns = 0;
	event.repeated = next_random(seed) % 16 ? 0 : next_random(seed);
	event.preexisting = next_random(seed) % 2;
	event.time_ns = expected->now_ns + next_random(seed) % SECOND;
	if (next_random(seed) % 2)
		event.image = &curl_image;
	if (next_random(seed) % 2)
		event.cgroup = &curl_cgroup;

	/* Of an id that has a connection, an attempt that was never sent is its end as well. */
	if (never_sent && expected->connections[event.start_ns] != NONE)
		return;
	if (never_sent || expect(expected, &event)) {
		expected->failed += event.kind == EVENT_FAILED ? event.repeated + 1 : 0;
		expected->cancelled += event.kind == EVENT_CANCELLED ? event.repeated + 1 : 0;
		expected->closed += event.kind == EVENT_CLOSE;
	}
	live_event(live, &event);
}

static void carry(struct live *live, struct expected *expected, uint64_t *seed)
{
	uint64_t id = next_random(seed) % CONNECTIONS;
	struct gauge gauge = live_gauge_of(id, random_bits(seed, 64), random_bits(seed, 40));

	gauge.cpu = 0;
	if (expected->connections[id] == PENDING)
		gauge.state = TCP_SYN_SENT;
	live_gauge(live, &gauge);
}

static void pass(struct live *live, struct expected *expected, uint64_t *seed)
{
	expected->now_ns += next_random(seed) % (8 * SECOND);
	live_tick(live, expected->now_ns);
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (expected->connections[i] == ENDED &&
		    expected->now_ns >= expected->ended_ns[i] + LIVE_ENDED_NS)
			expected->connections[i] = NONE;
}

struct found {
	size_t pairs, open, pending, ended, preexisting;
};

static void find_connections(const struct live_pair *pair, struct expected *expected,
			     struct found *found)
{
	static const enum is from_state[] = {[TCP_ESTABLISHED] = OPEN, [TCP_SYN_SENT] = PENDING};
	struct found before = *found;
	const struct live_connection *c;

	for (c = pair->connections; c; c = c->next) {
		enum is is = c->ended ? ENDED : from_state[c->state];

		/* What has ended is forgotten in the order in which that was told. */
		assert_true(is == expected->connections[c->start_ns] ||
			    (is == ENDED && expected->connections[c->start_ns] == NONE));
		expected->connections[c->start_ns] = is;
		found->open += is == OPEN;
		found->pending += is == PENDING;
		found->ended += is == ENDED;
		found->preexisting += is == OPEN && c->preexisting;
		assert_true(!c->next || c->next->prev == c);
	}
	assert_int_equal(found->open - before.open, pair->n_open);
	assert_int_equal(found->pending - before.pending, pair->n_pending);
}

static void compare(const struct live *live, struct expected *expected)
{
	const struct live_sums *sums = live_sums(live);
	size_t open = 0, pending = 0, ended = 0;
	struct found found = {0};
	const struct live_pair *pair;

	for (pair = live_pairs(live); pair; pair = pair->next, found.pairs++) {
		assert_true(!pair->next || pair->next->prev == pair);
		find_connections(pair, expected, &found);
	}
	for (size_t i = 0; i < CONNECTIONS; i++) {
		open += expected->connections[i] == OPEN;
		pending += expected->connections[i] == PENDING;
		ended += expected->connections[i] == ENDED;
	}
	assert_int_equal(found.pairs, sums->n_pairs);
	assert_int_equal(found.open, open);
	assert_int_equal(found.pending, pending);
	assert_int_equal(found.ended, ended);
	assert_int_equal(sums->n_open, open);
	assert_int_equal(sums->n_pending, pending);
	assert_int_equal(sums->n_preexisting, found.preexisting);
	assert_int_equal(sums->failed, expected->failed);
	assert_int_equal(sums->cancelled, expected->cancelled);
	assert_int_equal(sums->closed, expected->closed);
	assert_int_equal(sums->forgotten, 0);
}

/* Right behind a tick. */
static void compare_intervals(const struct live *live)
{
	const struct live_interval *all = last_interval(live);
	struct live_interval sum = {0};
	const struct live_pair *pair;

	for (pair = live_pairs(live); pair; pair = pair->next) {
		const struct live_connection *c;
		uint64_t tx_rate = 0, rx_rate = 0;

		for (c = pair->connections; c; c = c->next) {
			tx_rate += c->tx_rate;
			rx_rate += c->rx_rate;
		}
		assert_true(tx_rate == pair->tx_rate);
		assert_true(rx_rate == pair->rx_rate);
		sum.established += pair->last.established;
		sum.closed += pair->last.closed;
		sum.retries += pair->last.retries;
		sum.bytes_sent += pair->last.bytes_sent;
		sum.bytes_received += pair->last.bytes_received;
		if (pair->last.slowest_ns > sum.slowest_ns)
			sum.slowest_ns = pair->last.slowest_ns;
		assert_int_equal(pair->history[LIVE_HISTORY - 1], pair->last.begun);
	}
	assert_int_equal(sum.established, all->established);
	assert_int_equal(sum.closed, all->closed);
	assert_int_equal(sum.retries, all->retries);
	assert_true(sum.bytes_sent == all->bytes_sent);
	assert_true(sum.bytes_received == all->bytes_received);
	assert_true(sum.slowest_ns == all->slowest_ns);
}

static void compare_failures(const struct live *live)
{
	const struct live_failure *failure;

	for (size_t i = 0; (failure = live_failure(live, i)); i++) {
		const struct live_pair *pair = live_pairs(live);

		while (failure->pair && pair && pair != failure->pair)
			pair = pair->next;
		assert_true(!failure->pair || pair);
	}
}

static void events_in_any_order_leave_sums_right(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int run = 0; run < 20; run++) {
		struct expected expected = {.now_ns = SECOND};
		struct live *live, *copy;

		assert_int_equal(live_new(&live), 0);
		for (int i = 0; i < 3000; i++) {
			uint32_t what = next_random(&seed) % 16;

			if (!what) {
				pass(live, &expected, &seed);
				compare_intervals(live);
			} else if (what < 4) {
				carry(live, &expected, &seed);
			} else {
				happen(live, &expected, &seed);
			}
			compare(live, &expected);
			if (i % 256 == 255)
				compare_failures(live);
		}
		assert_int_equal(live_copy(live, &copy), 0);
		live_free(live);
		compare(copy, &expected);
		compare_failures(copy);
		live_free(copy);
	}
}

/* As a hostile record has them. */
static void any_events_are_taken(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int run = 0; run < 20; run++) {
		struct live *live;

		assert_int_equal(live_new(&live), 0);
		for (int i = 0; i < 5000; i++) {
			struct event event = random_event(&seed);
			struct gauge gauge = {0};

			event.start_ns = random_bits(&seed, 64) >> next_random(&seed) % 64;
			event.time_ns = random_bits(&seed, 64) >> next_random(&seed) % 64;
			random_bytes(&event.open, sizeof(uint64_t) * 2, &seed);
			event.open.state = (uint8_t)next_random(&seed);
			event.repeated = random_bits(&seed, 64) >> next_random(&seed) % 64;
			event.preexisting = next_random(&seed) % 2;
			event.not_sent = next_random(&seed) % 2;
			event.retries = next_random(&seed);
			live_event(live, &event);
			gauge.start_ns = event.start_ns;
			gauge.bytes_sent = random_bits(&seed, 64);
			gauge.bytes_received = random_bits(&seed, 64);
			gauge.state = (uint8_t)next_random(&seed);
			live_gauge(live, &gauge);
			if (!(i % 64))
				live_tick(live, random_bits(&seed, 64) >> next_random(&seed) % 64);
		}
		compare_failures(live);
		live_free(live);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_in_any_order_leave_sums_right),
		cmocka_unit_test(any_events_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
