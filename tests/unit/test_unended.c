// SPDX-License-Identifier: MIT
/* Connections whose end is awaited, each with a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/unended.h"

static struct unended *unended;

static int begin(void **state)
{
	(void)state;
	return unended_new(&unended);
}

static int end(void **state)
{
	(void)state;
	unended_free(unended);
	return 0;
}

static struct event event_of(uint64_t start_ns, uint16_t cpu)
{
	return (struct event){.start_ns = start_ns, .cpu = cpu};
}

static bool add(uint64_t start_ns, uint16_t cpu, const char *line)
{
	struct event event = event_of(start_ns, cpu);

	return unended_add(unended, &event, start_ns * 10, line, strlen(line));
}

static bool take(uint64_t start_ns, uint16_t cpu, uint64_t *ret_begin_ns)
{
	struct event event = event_of(start_ns, cpu);

	return unended_take(unended, &event, ret_begin_ns);
}

static void assert_next(const char *line)
{
	struct unended_line next = unended_next(unended);

	assert_non_null(next.text);
	assert_int_equal(next.size, strlen(line));
	assert_memory_equal(next.text, line, next.size);
}

static void what_ends_is_forgotten_and_the_rest_comes_in_order(void **state)
{
	uint64_t begin_ns = 0;

	(void)state;
	assert_true(add(7, 1, "seven"));
	assert_true(add(3, 0, "three"));
	assert_true(add(7, 2, "another CPU's seven"));
	assert_false(take(3, 1, &begin_ns));
	assert_int_equal(begin_ns, 0);
	assert_true(take(3, 0, &begin_ns));
	assert_int_equal(begin_ns, 30);
	assert_false(take(3, 0, &begin_ns));
	assert_next("seven");
	assert_next("another CPU's seven");
	assert_null(unended_next(unended).text);
	assert_true(add(7, 1, "again"));
	assert_next("again");
}

static void one_that_is_there_is_not_added_twice(void **state)
{
	(void)state;
	assert_true(add(7, 1, "a"));
	assert_false(add(7, 1, "b"));
	assert_next("a");
	assert_null(unended_next(unended).text);
}

static void there_is_room_for_so_many(void **state)
{
	uint64_t begin_ns;

	(void)state;
	for (uint64_t i = 0; i < UNENDED_MAX; i++)
		assert_true(add(i, 0, "x"));
	assert_false(add(UNENDED_MAX, 0, "x"));
	assert_true(take(5, 0, &begin_ns));
	assert_true(add(UNENDED_MAX, 0, "x"));
}

static void there_is_room_for_so_many_bytes(void **state)
{
	size_t size = UNENDED_BYTES_MAX / 4 + 1;
	char *line = calloc(1, size);
	uint64_t begin_ns;

	(void)state;
	assert_non_null(line);
	for (uint64_t i = 0; i < 4; i++) {
		struct event event = event_of(i, 0);

		assert_int_equal(unended_add(unended, &event, 0, line, size), i < 3);
	}
	assert_true(take(1, 0, &begin_ns));
	assert_true(add(9, 0, "x"));
	free(line);
}

#define row(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(what_ends_is_forgotten_and_the_rest_comes_in_order),
		row(one_that_is_there_is_not_added_twice),
		row(there_is_room_for_so_many),
		row(there_is_room_for_so_many_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
