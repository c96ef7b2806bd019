// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/repeats.h"
#include "unit/random.h"

#define SECOND 1000000000ull

static const struct event plain = {
	.kind = EVENT_FAILED,
	.has = EVENT_HAS_PROCESS | EVENT_HAS_ERROR,
	.not_sent = true,
	.pid = 7,
	.process_start_ns = 70,
	.error = 13,
	.time_ns = 5 * SECOND,
	.family = 4,
	.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
};

/* What has passed: how many, the events they stand for, and the last of them. */
struct passed {
	uint64_t lines, events;
	struct event last;
	int64_t boot_to_utc_ns;
};

static void pass(void *ctx, const struct event *event, int64_t boot_to_utc_ns)
{
	struct passed *passed = ctx;

	passed->lines++;
	passed->events += 1 + event->repeated;
	passed->last = *event;
	passed->boot_to_utc_ns = boot_to_utc_ns;
}

static struct repeats *open_with(uint32_t limit, struct passed *passed)
{
	struct repeats *repeats = NULL;

	*passed = (struct passed){0};
	assert_int_equal(repeats_open(limit, pass, passed, &repeats), 0);
	return repeats;
}

static void add(struct repeats *repeats, struct event event, unsigned int n, uint64_t step_ns)
{
	for (unsigned int i = 0; i < n; i++) {
		repeats_add(repeats, &event, 0);
		event.time_ns += step_ns;
	}
}

static void what_is_within_the_limit_passes_as_it_is(void **state)
{
	struct passed passed;
	struct repeats *repeats = open_with(100, &passed);

	(void)state;
	add(repeats, plain, 100, 1000);
	assert_int_equal(passed.lines, 100);
	assert_int_equal(passed.events, 100);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.lines, 100);
	repeats_close(repeats);
}

static void the_rest_of_a_second_is_one_line(void **state)
{
	struct passed passed;
	struct repeats *repeats = open_with(100, &passed);

	(void)state;
	add(repeats, plain, 1000, 1000);
	assert_int_equal(passed.lines, 100);
	repeats_flush(repeats, plain.time_ns + 100 * 1000 + REPEATS_HELD_NS - 1);
	assert_int_equal(passed.lines, 100);
	repeats_flush(repeats, plain.time_ns + 100 * 1000 + REPEATS_HELD_NS);
	assert_int_equal(passed.lines, 101);
	assert_int_equal(passed.events, 1000);
	/* The line is the last event's own. */
	assert_int_equal(passed.last.repeated, 899);
	assert_int_equal(passed.last.time_ns, plain.time_ns + 999 * 1000);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.lines, 101);
	repeats_close(repeats);
}

/* They may be gone when it passes: whoever it passes to looks them up again. */
static void what_was_held_back_has_lost_whom_it_points_to(void **state)
{
	static const struct cgroup cgroup;
	static const struct image image;
	static const struct dns_names names;
	struct passed passed;
	struct repeats *repeats = open_with(1, &passed);
	struct event event = plain;

	(void)state;
	event.image = &image;
	event.cgroup = &cgroup;
	event.names = &names;
	add(repeats, event, 1, 1);
	assert_ptr_equal(passed.last.image, &image);
	assert_ptr_equal(passed.last.cgroup, &cgroup);
	assert_ptr_equal(passed.last.names, &names);
	add(repeats, event, 1, 1);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.lines, 2);
	assert_null(passed.last.image);
	assert_null(passed.last.cgroup);
	assert_null(passed.last.names);
	repeats_close(repeats);
}

static void a_single_one_more_says_nothing_of_others(void **state)
{
	struct passed passed;
	struct repeats *repeats = open_with(3, &passed);

	(void)state;
	add(repeats, plain, 4, 1);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.lines, 4);
	assert_int_equal(passed.last.repeated, 0);
	repeats_close(repeats);
}

static void each_second_has_its_own_limit(void **state)
{
	struct passed passed;
	struct repeats *repeats = open_with(100, &passed);

	(void)state;
	/* 10 s of 10,000 each; the sums pass before what begins the next second. */
	add(repeats, plain, 100000, SECOND / 10000);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.events, 100000);
	assert_int_equal(passed.lines, 10 * 101);
	repeats_close(repeats);
}

static void what_differs_is_counted_apart(void **state)
{
	struct event other[10];
	struct passed passed;
	struct repeats *repeats = open_with(1, &passed);

	(void)state;
	for (size_t i = 0; i < 10; i++)
		other[i] = plain;
	other[0].pid++;
	other[1].process_start_ns++; /* the pid was used again */
	other[2].error++;
	other[3].kind = EVENT_CONNECT;
	other[4].dst.port++;
	other[5].dst.addr[15]++;
	other[6].netns++;
	other[7].exec_id++; /* another image of the process */
	other[8].cgroup_id++;
	other[9].cgroup1_id++;
	add(repeats, plain, 1, 1);
	for (size_t i = 0; i < 10; i++)
		add(repeats, other[i], 1, 1);
	assert_int_equal(passed.lines, 11);
	/* Who calls itself another name is the same. */
	other[0] = plain;
	strcpy(other[0].comm, "other");
	add(repeats, other[0], 1, 1);
	assert_int_equal(passed.lines, 11);
	repeats_close(repeats);
}

static void the_clock_is_that_of_the_event(void **state)
{
	struct passed passed;
	struct repeats *repeats = open_with(1, &passed);

	(void)state;
	repeats_add(repeats, &plain, 1);
	repeats_add(repeats, &plain, 2);
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.boot_to_utc_ns, 2);
	repeats_close(repeats);
}

/* Whatever its place in the table: each sum is of an attempt that the other one has as well. */
static void an_attempt_passes_before_its_failure(void **state)
{
	(void)state;
	for (uint16_t port = 1; port < 200; port++) {
		struct event begun = plain, failed = plain;
		struct passed passed;
		struct repeats *repeats = open_with(1, &passed);

		begun.kind = EVENT_CONNECT;
		begun.error = 0;
		begun.dst.port = failed.dst.port = port;
		for (int i = 0; i < 5; i++) {
			repeats_add(repeats, &begun, 0);
			repeats_add(repeats, &failed, 0);
			begun.time_ns = ++failed.time_ns;
		}
		repeats_flush(repeats, UINT64_MAX);
		assert_int_equal(passed.events, 10);
		assert_int_equal(passed.last.kind, EVENT_FAILED);
		repeats_close(repeats);
	}
}

/* n kinds of events, each with its number in the process, the port or the address: three of each.
 */
static uint64_t lines_of_kinds(unsigned int n, unsigned int pid, unsigned int port,
			       unsigned int addr)
{
	struct passed passed;
	struct repeats *repeats = open_with(1, &passed);

	for (unsigned int i = 0; i < n; i++) {
		struct event event = plain;

		event.pid += i * pid;
		event.dst.port = (uint16_t)(event.dst.port + i * port);
		event.dst.addr[14] = (uint8_t)(i * addr >> 8);
		event.dst.addr[15] = (uint8_t)(i * addr);
		add(repeats, event, 3, 1);
	}
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.events, 3 * n);
	repeats_close(repeats);
	return passed.lines;
}

/* Whichever field it is that they differ in, they do not crowd: nearly all find a place. */
static void half_as_many_kinds_as_there_are_places_find_one(void **state)
{
	const unsigned int n = REPEATS_MAX / 2, few = n / 16;

	(void)state;
	assert_in_range(lines_of_kinds(n, 1, 0, 0), 2 * n, 2 * n + few);
	assert_in_range(lines_of_kinds(n, 0, 1, 0), 2 * n, 2 * n + few);
	assert_in_range(lines_of_kinds(n, 0, 0, 1), 2 * n, 2 * n + few);
	assert_in_range(lines_of_kinds(n, 1, 1, 1), 2 * n, 2 * n + few);
}

/* However many kinds there are, and in whatever order: nothing is lost or counted twice. */
static void nothing_is_lost(void **state)
{
	uint64_t seed = 1, n = 300000, now = plain.time_ns;
	struct passed passed;
	struct repeats *repeats = open_with(5, &passed);

	(void)state;
	for (uint64_t i = 0; i < n; i++) {
		struct event event = plain;

		now += next_random(&seed) % 20000;
		event.time_ns = now - next_random(&seed) % 1000;
		event.pid = 1 + next_random(&seed) % 3000;
		event.dst.port = next_random(&seed) % 2;
		repeats_add(repeats, &event, 0);
		if (i % 1000 == 0)
			repeats_flush(repeats, now);
	}
	repeats_flush(repeats, UINT64_MAX);
	assert_int_equal(passed.events, n);
	assert_true(passed.lines < n);
	repeats_close(repeats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_within_the_limit_passes_as_it_is),
		cmocka_unit_test(the_rest_of_a_second_is_one_line),
		cmocka_unit_test(what_was_held_back_has_lost_whom_it_points_to),
		cmocka_unit_test(a_single_one_more_says_nothing_of_others),
		cmocka_unit_test(each_second_has_its_own_limit),
		cmocka_unit_test(what_differs_is_counted_apart),
		cmocka_unit_test(the_clock_is_that_of_the_event),
		cmocka_unit_test(an_attempt_passes_before_its_failure),
		cmocka_unit_test(half_as_many_kinds_as_there_are_places_find_one),
		cmocka_unit_test(nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
