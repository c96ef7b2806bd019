// SPDX-License-Identifier: MIT
/* Who the pairs of live.h are, what they weigh, and how slow they are. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top/latencies.h"
#include "unit/live_fixture.h"
#include "unit/random.h"
#include "util/array.h"

/* Names */

static void a_pair_is_a_process_and_a_destination(void **state)
{
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);
	size_t n = 0;

#define NEXT_WITH(change)                                                                          \
	do {                                                                                       \
		struct event other = event;                                                        \
		other.start_ns = 200 + n;                                                          \
		change;                                                                            \
		take(live, other);                                                                 \
		assert_int_equal(live_sums(live)->n_pairs, ++n);                                   \
	} while (0)

	NEXT_WITH((void)0);
	NEXT_WITH(other.pid++);
	NEXT_WITH(other.process_start_ns++);
	NEXT_WITH(other.dst.port++);
	NEXT_WITH(other.dst.addr[15]++);
	NEXT_WITH(other.dst.scope_id++);
	NEXT_WITH(other.has &= ~EVENT_HAS_PROCESS);
	event.start_ns = 300;
	event.tid = 99;
	event.src.port = 4000;
	event.netns = 3;
	take(live, event);
	assert_int_equal(live_sums(live)->n_pairs, n);
	assert_int_equal(live_sums(live)->begun, n + 1);
}

static void a_pair_has_the_names_of_its_latest_image(void **state)
{
	static const struct image wget = {.exe_tail = "bin/wget"};
	static const struct cgroup container = {
		.path = "/docker/0123456789abcdef",
		.container_id = "0123456789abcdef",
		.container_name = "web",
	};
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);
	const struct live_pair *pair;

	take(live, event);
	pair = the_pair(live);
	assert_string_equal(pair->comm, "curl");
	assert_string_equal(pair->exe, "/usr/bin/curl");
	assert_string_equal(pair->unit, "curl.service");
	assert_string_equal(pair->cgroup, "/system.slice/curl.service");
	assert_null(pair->container);
	assert_int_equal(pair->uid, 1000);
	assert_int_equal(pair->cgroup_id, 5);

	event.start_ns = event.time_ns = 200;
	event.exec_id = 1;
	event.uid = 0;
	strcpy(event.comm, "wget");
	event.image = &wget;
	event.cgroup = &container;
	event.cgroup_id = 6;
	take(live, event);
	assert_ptr_equal(pair, the_pair(live));
	assert_string_equal(pair->comm, "wget");
	assert_string_equal(pair->exe, ".../bin/wget");
	assert_string_equal(pair->container, "0123456789abcdef");
	assert_string_equal(pair->container_name, "web");
	assert_null(pair->unit);
	assert_int_equal(pair->uid, 0);
	assert_int_equal(pair->cgroup_id, 6);

	take(live, live_established(100, 300, 200)); /* of curl's time */
	assert_string_equal(pair->comm, "wget");
	assert_string_equal(pair->exe, ".../bin/wget");
}

/* Those of a later attempt stand beside those of before. */
static void names_of_the_destination_add_up(void **state)
{
	static const struct {
		struct dns_names told;
		const char *shown;
		enum dns_source source;
	} steps[] = {
		{{DNS_FROM_HOST, 1, {"x"}}, "(x)", DNS_FROM_HOST},
		{{DNS_FROM_HOST, 1, {"h"}}, "(h,x)", DNS_FROM_HOST},
		{{DNS_FROM_PROCESS, 1, {"b"}}, "b", DNS_FROM_PROCESS},
		{{DNS_FROM_HOST, 1, {"h"}}, "b", DNS_FROM_PROCESS},
		{{0}, "b", DNS_FROM_PROCESS},
		{{DNS_FROM_PARENT, 1, {"b"}}, "b", DNS_FROM_PARENT},
		{{DNS_FROM_PROCESS, 2, {"c", "a"}}, "a,b,c", DNS_FROM_PROCESS},
		{{DNS_FROM_PROCESS, 1, {"a"}}, "a,b,c", DNS_FROM_PROCESS},
		{{DNS_FROM_PROCESS, 3, {"f", "e", "d"}}, "a,d,e,f", DNS_FROM_PROCESS},
	};
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);
	const struct live_pair *pair;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		event.start_ns++;
		event.names = steps[i].told.n ? &steps[i].told : NULL;
		take(live, event);
		pair = the_pair(live);
		assert_string_equal(pair->name, steps[i].shown);
		assert_int_equal(pair->names.source, steps[i].source);
	}
	assert_string_equal(pair->exe, "/usr/bin/curl");
	assert_int_equal(pair->names.n, 4);
	event.names = NULL;
	event.exec_id++; /* another image asked for nothing */
	event.start_ns++;
	take(live, event);
	assert_null(pair->name);
	assert_int_equal(pair->names.n, 0);
	assert_null(dns_names_sure(&pair->names));
}

static void what_is_not_said_again_stays_for_the_same_image_alone(void **state)
{
	static const struct image memfd = {.memfd = "payload"};
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);
	const struct live_pair *pair;

	event.image = &memfd;
	take(live, event);
	pair = the_pair(live);
	assert_string_equal(pair->exe, "memfd:payload");
	event.image = NULL;
	event.cgroup = NULL;
	event.start_ns = 200;
	take(live, event);
	assert_string_equal(pair->exe, "memfd:payload");
	assert_string_equal(pair->unit, "curl.service");
	event.cgroup1_id++;
	event.start_ns = 300;
	take(live, event);
	assert_string_equal(pair->exe, "memfd:payload");
	assert_null(pair->unit);
	assert_null(pair->cgroup);
	event.cgroup = &curl_cgroup;
	event.start_ns = 310;
	take(live, event);
	event.cgroup = NULL;
	event.start_ns = 320;
	take(live, event);
	assert_string_equal(pair->unit, "curl.service");
	event.exec_id++;
	event.start_ns = 400;
	take(live, event);
	assert_null(pair->exe);
	event.image = &curl_image;
	event.start_ns = 410;
	take(live, event);
	event.image = NULL;
	event.start_ns = 420;
	take(live, event);
	assert_string_equal(pair->exe, "/usr/bin/curl");
}

static void a_container_without_an_id_has_its_name(void **state)
{
	static const struct cgroup lxc = {.path = "/lxc/web", .container_name = "web"};
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);

	event.cgroup = &lxc;
	take(live, event);
	assert_string_equal(the_pair(live)->container, "web");
	assert_null(the_pair(live)->container_name);
}

static void names_are_any_bytes(void **state)
{
	struct live *live = *state;
	struct event event = live_of(EVENT_CONNECT, 100, 100);
	char path[300];
	const struct image image = {.exe = path};

	memset(path, 0xff, sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	path[7] = '\n';
	event.image = &image;
	memcpy(event.comm, "\x1b[31m\xff\0left", 12);
	take(live, event);
	memset(path, 'x', sizeof(path)); /* what it keeps is a copy */
	assert_string_equal(the_pair(live)->comm, "\x1b[31m\xff");
	assert_int_equal(strlen(the_pair(live)->exe), sizeof(path) - 1);
	assert_int_equal(the_pair(live)->exe[7], '\n');
	for (size_t i = strlen(the_pair(live)->comm); i < COMM_LEN; i++)
		assert_int_equal(the_pair(live)->comm[i], 0);
}

/* Intervals and weights */

static void an_interval_has_what_happened_in_it(void **state)
{
	struct live *live = *state;
	const struct live_pair *pair;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	take(live, live_of(EVENT_CONNECT, 101, 100));
	take(live, live_established(100, 300, 200));
	take(live, live_failed(101, 400, ECONNREFUSED));
	pair = the_pair(live);
	assert_int_equal(live_sums(live)->n_history, 0);
	live_tick(live, SECOND);
	assert_int_equal(pair->last.begun, 2);
	assert_int_equal(pair->last.established, 1);
	assert_int_equal(pair->last.failed, 1);
	assert_int_equal(pair->last.slowest_ns, 200);
	assert_int_equal(last_interval(live)->begun, 2);
	assert_int_equal(last_interval(live)->slowest_ns, 200);
	assert_int_equal(last_interval(live)->p99_ns, 200);
	assert_int_equal(live_sums(live)->n_history, 1);

	take(live, live_of(EVENT_CANCELLED, 102, SECOND + 1));
	live_tick(live, 2 * SECOND);
	assert_int_equal(pair->last.begun, 0);
	assert_int_equal(pair->last.cancelled, 1);
	assert_int_equal(pair->history[LIVE_HISTORY - 2], 2);
	assert_int_equal(pair->history[LIVE_HISTORY - 1], 0);
	assert_int_equal(live_sums(live)->history[LIVE_HISTORY - 2].failed, 1);
	assert_int_equal(last_interval(live)->cancelled, 1);
	assert_int_equal(last_interval(live)->slowest_ns, 0);
	assert_int_equal(last_interval(live)->p99_ns, 0);
	assert_int_equal(pair->begun, 2); /* who tells of beginnings tells of all */
	assert_int_equal(live_sums(live)->n_history, 2);
	for (int i = 3; i < LIVE_HISTORY + 9; i++)
		live_tick(live, i * SECOND);
	assert_int_equal(live_sums(live)->n_history, LIVE_HISTORY);
}

static void p99_leaves_one_in_a_hundred_out(void **state)
{
	struct live *live = *state;

	for (uint64_t i = 1; i <= 100; i++)
		take(live, live_established(i, SECOND, i == 50 ? SECOND : MSEC));
	live_tick(live, SECOND);
	assert_in_range(last_interval(live)->p99_ns, MSEC, 2 * MSEC);
	assert_int_equal(last_interval(live)->slowest_ns, SECOND);
	assert_in_range(the_pair(live)->p99_ns, MSEC, 2 * MSEC);
}

static void what_the_application_waited_for_is_no_handshake(void **state)
{
	struct live *live = *state;
	struct event event = live_established(100, 300, 200);

	event.deferred = true;
	take(live, event);
	event = live_established(101, 300, 200);
	event.origin = ORIGIN_REPAIR;
	take(live, event);
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->last.established, 2);
	assert_int_equal(the_pair(live)->last.slowest_ns, 0);
	assert_int_equal(the_pair(live)->p99_ns, 0);
	assert_int_equal(last_interval(live)->p99_ns, 0);
}

static void failures_weigh_more(void **state)
{
	struct live *live = *state;

	take(live, live_of(EVENT_CONNECT, 100, 100));
	assert_int_equal(the_pair(live)->weight, 1);
	take(live, live_failed(100, 200, ECONNREFUSED));
	assert_int_equal(the_pair(live)->weight, 17);
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->weight, 17);
}

/* However the time is cut into intervals. */
static void a_weight_is_halved_in_20_seconds(void **state)
{
	static const uint64_t steps[] = {MSEC, 7 * MSEC, SECOND, 3 * SECOND, 20 * SECOND};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct event event = live_failed(100, SECOND, ECONNREFUSED);
		uint64_t now = SECOND;
		struct live *live;

		assert_int_equal(live_new(&live), 0);
		event.not_sent = true;
		event.repeated = 99999;
		take(live, event);
		live_tick(live, now);
		assert_int_equal(the_pair(live)->weight, 17 * 100000);
		while (now < 21 * SECOND) {
			now = now + steps[i] < 21 * SECOND ? now + steps[i] : 21 * SECOND;
			live_tick(live, now);
		}
		assert_in_range(the_pair(live)->weight, 849950, 850050);
		live_free(live);
	}
}

static void a_weight_stays_where_the_clock_goes_back(void **state)
{
	struct live *live = *state;

	take(live, live_failed(100, SECOND, ECONNREFUSED));
	live_tick(live, 2 * SECOND);
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->weight, 17);
}

static void weights_have_an_upper_end(void **state)
{
	struct live *live = *state;
	struct event event = live_failed(100, 100, ECONNREFUSED);

	event.not_sent = true;
	event.repeated = UINT64_MAX;
	take(live, event);
	take(live, event);
	live_tick(live, SECOND);
	take(live, event);
	live_tick(live, SECOND);
	assert_int_equal(the_pair(live)->weight, UINT32_MAX);
	assert_int_equal(the_pair(live)->last.failed, UINT32_MAX);
}

/* Latencies */

static void percentiles_are_of_all_handshakes(void **state)
{
	struct live *live = *state;

	for (uint64_t i = 1; i <= 100; i++)
		take(live, live_established(i, i * MSEC, i * MSEC));
	live_tick(live, SECOND);
	live_tick(live, 2 * SECOND);
	assert_in_range(the_pair(live)->p50_ns, 50 * MSEC, 50 * MSEC * 5 / 4);
	assert_in_range(the_pair(live)->p90_ns, 90 * MSEC, 100 * MSEC);
	assert_in_range(the_pair(live)->p99_ns, 99 * MSEC, 100 * MSEC);
	assert_int_equal(the_pair(live)->max_ns, 100 * MSEC);
}

static void a_percentile_is_never_too_low_and_a_fifth_too_high_at_most(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		/* From 4 us to 268 s, in any octave. */
		uint64_t ns = random_bits(&seed, 1 + next_random(&seed) % 38);
		struct latencies latencies = {0};
		uint64_t found;

		latencies_add(&latencies, ns);
		assert_int_equal(latencies_percentile(&latencies, 50), ns); /* never above max */
		latencies_add(&latencies, UINT64_MAX);
		found = latencies_percentile(&latencies, 50);
		assert_true(found >= ns);
		if (ns >= 4000 && ns < (1ull << 28) * 1000)
			assert_true(found - ns <= found / 5);
		else if (ns < 4000)
			assert_int_equal(found, 3999);
		assert_true(latencies_percentile(&latencies, 51) == UINT64_MAX);
	}
}

static void percentiles_are_those_of_a_sorted_list(void **state)
{
	struct latencies latencies = {0};

	(void)state;
	assert_int_equal(latencies_percentile(&latencies, 99), 0);
	/* Each in a bucket of its own: the lower edges, in us. */
	for (uint64_t octave = 4; octave < 1ull << 28; octave *= 2)
		for (uint64_t part = 0; part < 4; part++)
			latencies_add(&latencies, (octave + part * octave / 4) * 1000);
	for (unsigned int percent = 1; percent <= 100; percent++) {
		uint64_t rank = (26 * 4 * percent + 99) / 100 - 1;
		uint64_t edge = (4 + rank % 4 + 1) << rank / 4;

		if (rank < 26 * 4 - 1)
			assert_int_equal(latencies_percentile(&latencies, percent),
					 edge * 1000 - 1);
		else
			assert_int_equal(latencies_percentile(&latencies, percent),
					 latencies.max_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pair_is_a_process_and_a_destination),
		TEST(a_pair_has_the_names_of_its_latest_image),
		TEST(names_of_the_destination_add_up),
		TEST(what_is_not_said_again_stays_for_the_same_image_alone),
		TEST(a_container_without_an_id_has_its_name),
		TEST(names_are_any_bytes),
		TEST(an_interval_has_what_happened_in_it),
		TEST(p99_leaves_one_in_a_hundred_out),
		TEST(what_the_application_waited_for_is_no_handshake),
		TEST(failures_weigh_more),
		TEST(a_weight_is_halved_in_20_seconds),
		TEST(a_weight_stays_where_the_clock_goes_back),
		TEST(weights_have_an_upper_end),
		TEST(percentiles_are_of_all_handshakes),
		TEST(a_percentile_is_never_too_low_and_a_fifth_too_high_at_most),
		TEST(percentiles_are_those_of_a_sorted_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
