// SPDX-License-Identifier: MIT
/* The sockets of a snapshot: each once, and who holds it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/sockets.h"
#include "unit/random.h"

static struct sockets *sockets;

static int begin(void **state)
{
	(void)state;
	return sockets_new(&sockets);
}

static int end(void **state)
{
	(void)state;
	sockets_free(sockets);
	return 0;
}

/* The socket of that number, held by that process, which started then, as that descriptor. */
static struct event held(uint64_t socket, uint32_t pid, uint64_t started, uint32_t fd)
{
	return (struct event){
		.kind = EVENT_OPEN,
		.has = EVENT_HAS_PROCESS,
		.pid = pid,
		.process_start_ns = started,
		.preexisting = true,
		.open = {.socket = socket, .fd = fd, .held = true, .wanted = true},
	};
}

static void add(struct event event)
{
	assert_int_equal(sockets_add(sockets, &event), 0);
}

static const struct event *only(void)
{
	assert_int_equal(sockets_n(sockets), 1);
	return sockets_at(sockets, 0);
}

static void each_is_there_once_in_the_order_in_which_it_came(void **state)
{
	(void)state;
	assert_int_equal(sockets_n(sockets), 0);
	add(held(7, 1, 1, 3));
	add(held(5, 1, 1, 4));
	add(held(7, 2, 2, 3));
	add(held(6, 2, 2, 4));
	assert_int_equal(sockets_n(sockets), 3);
	assert_int_equal(sockets_at(sockets, 0)->open.socket, 7);
	assert_int_equal(sockets_at(sockets, 1)->open.socket, 5);
	assert_int_equal(sockets_at(sockets, 2)->open.socket, 6);
	assert_int_equal(sockets_at(sockets, 0)->holders, 2);
	assert_int_equal(sockets_at(sockets, 1)->holders, 1);
	for (size_t i = 0; i < 3; i++)
		assert_true(sockets_at(sockets, i)->has & EVENT_HAS_HOLDERS);
}

/* Several descriptors, also where another process comes between, as of threads with a table each.
 */
static void a_process_holds_it_once(void **state)
{
	(void)state;
	add(held(7, 1, 1, 9));
	add(held(7, 1, 1, 3));
	add(held(7, 2, 2, 1));
	add(held(7, 1, 1, 5));
	assert_int_equal(only()->holders, 2);
	assert_int_equal(only()->pid, 1);
	assert_int_equal(only()->open.fd, 3);
}

static void who_started_first_is_chosen(void **state)
{
	(void)state;
	add(held(7, 3, 30, 1));
	add(held(7, 1, 20, 1));
	add(held(7, 2, 10, 1));
	assert_int_equal(only()->pid, 2);
	add(held(7, 5, 10, 1));
	assert_int_equal(only()->pid, 2);
	add(held(7, 4, 40, 1));
	assert_int_equal(only()->pid, 2);
	assert_int_equal(only()->holders, 5);
}

/* What filters leave out still holds it. */
static void of_those_that_are_wanted(void **state)
{
	struct event other = held(7, 1, 1, 1);

	(void)state;
	other.open.wanted = false;
	add(other);
	assert_false(only()->open.wanted);
	assert_int_equal(only()->pid, 1);
	add(held(7, 2, 2, 1));
	assert_true(only()->open.wanted);
	assert_int_equal(only()->pid, 2);
	other.pid = 3;
	other.process_start_ns = 0;
	add(other);
	assert_true(only()->open.wanted);
	assert_int_equal(only()->pid, 2);
	assert_int_equal(only()->holders, 3);
}

/* Of these, of whom it is known that they fit comes before of whom it is not, and both before
 * others. */
static void and_that_fit_best(void **state)
{
	(void)state;
	for (uint8_t fit = 0; fit < 3; fit++) {
		struct event event = held(7, 1 + fit, 1 + fit, 1);

		event.open.fit = fit;
		add(event);
		assert_int_equal(only()->pid, 1 + fit);
		event.open.wanted = false;
		event.open.fit = 2;
		event.pid = 10 + fit;
		add(event);
		assert_int_equal(only()->pid, 1 + fit);
	}
}

/* As iter/tcp shows it, before or after who holds it is known. */
static void nobody_is_no_holder(void **state)
{
	struct event bare = {.kind = EVENT_OPEN, .open = {.socket = 7, .wanted = true}};

	(void)state;
	add(bare);
	add(bare);
	assert_int_equal(only()->holders, 0);
	assert_true(only()->has & EVENT_HAS_HOLDERS);
	add(held(7, 2, 2, 1));
	add(bare);
	assert_int_equal(only()->holders, 1);
	assert_int_equal(only()->pid, 2);
	assert_true(only()->open.held);
}

/* Its numbers are those of one moment. */
static void all_is_of_the_record_that_is_chosen(void **state)
{
	struct event first = held(7, 2, 20, 1), second = held(7, 1, 10, 1);

	(void)state;
	first.bytes_sent = 100;
	first.start_ns = first.time_ns = 5;
	second.bytes_sent = 200;
	second.start_ns = second.time_ns = 6;
	add(first);
	add(second);
	assert_int_equal(only()->bytes_sent, 200);
	assert_int_equal(only()->start_ns, 6);
	assert_int_equal(only()->time_ns, 6);
}

/* It cannot have changed; only, not every look can tell it. */
static void the_direction_is_known_if_one_of_them_tells(void **state)
{
	static const enum direction both[2] = {DIRECTION_OUT, DIRECTION_UNKNOWN};

	for (size_t i = 0; i < 4; i++) {
		struct event first = held(7, 1, 1 + i / 2, 1), second = held(7, 2, 2 - i / 2, 1);

		end(state);
		begin(state);
		first.open.direction = both[i % 2];
		second.open.direction = both[1 - i % 2];
		add(first);
		add(second);
		assert_int_equal(only()->open.direction, DIRECTION_OUT);
	}
}

static void nothing_of_others_is_kept(void **state)
{
	static const struct image image;
	static const struct cgroup cgroup;
	static const struct dns_names names;
	struct event event = held(7, 1, 2, 1);

	(void)state;
	event.image = &image;
	event.cgroup = &cgroup;
	event.names = &names;
	add(event);
	event.process_start_ns--;
	add(event);
	assert_null(only()->image);
	assert_null(only()->cgroup);
	assert_null(only()->names);
}

/* Numbers as those of a kernel's objects, many of which lie side by side. */
static uint64_t address(size_t i)
{
	return 0xffff888000000000 + i / 8 * 0x40000 + i % 8 * 2368;
}

#define MANY 100000

static void many_are_told_apart(void **state)
{
	static uint32_t holders[MANY];
	uint64_t seed = 1;

	(void)state;
	for (size_t n = 0; n < 3 * MANY; n++) {
		size_t i = n < MANY ? n : next_random(&seed) % MANY;

		/* A process of its own for each record. */
		add(held(address(i), (uint32_t)n + 1, n, 3));
		holders[i]++;
	}
	assert_int_equal(sockets_n(sockets), MANY);
	for (size_t i = 0; i < MANY; i++) {
		const struct event *event = sockets_at(sockets, i);

		assert_true(event->open.socket == address(i));
		assert_int_equal(event->holders, holders[i]);
		assert_int_equal(event->pid, i + 1);
	}
}

#define socket_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		socket_test(each_is_there_once_in_the_order_in_which_it_came),
		socket_test(a_process_holds_it_once),
		socket_test(who_started_first_is_chosen),
		socket_test(of_those_that_are_wanted),
		socket_test(and_that_fit_best),
		socket_test(nobody_is_no_holder),
		socket_test(all_is_of_the_record_that_is_chosen),
		socket_test(the_direction_is_known_if_one_of_them_tells),
		socket_test(nothing_of_others_is_kept),
		socket_test(many_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
