// SPDX-License-Identifier: MIT
/* Events as lines of a table. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/fields.h"
#include "format/format.h"
#include "unit/random.h"
#include "unit/random_event.h"
#include "unit/width_of.h"
#include "unit/written.h"
#include "util/address.h"
#include "util/array.h"

/* 0: not known, which is 100. */
static const unsigned int widths[] = {0,   40,	41,  45,  46,  53,  54,	 57,  60,  65,
				      72,  73,	79,  80,  81,  93,  99,	 100, 101, 106,
				      107, 110, 113, 114, 120, 127, 128, 132, 140, 156,
				      157, 158, 160, 163, 164, 165, 180, 200, 500};

static void check_lines(struct format_context ctx, uint64_t *seed)
{
	unsigned int max = ctx.width ? ctx.width : 100;
	struct buffer header = empty_buffer();

	format_table.header(&header, &ctx);
	if (width_of(&header) > max)
		fail_msg("a header of %u in %u columns", width_of(&header), max);
	for (int n = 0; n < 3000; n++) {
		struct event event = random_event(seed);
		struct buffer line = empty_buffer();

		format_table.fit(&event, &ctx);
		format_table.event(&line, &event, &ctx);
		if (width_of(&line) > max)
			fail_msg("%u columns, not %u: %s", width_of(&line), max, text_of(&line));
		assert_int_not_equal(line.data[line.len - 2], ' ');
	}
}

static void no_line_is_wider_than_it_may_be(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		for (int closes = 0; closes < 2; closes++)
			check_lines((struct format_context){.width = widths[i], .closes = closes},
				    &seed);
}

/* A result's line ends where the header does, so that the numbers stand below each other. */
static void a_latency_ends_where_its_header_does(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct format_context ctx = {.width = widths[i]};
		struct buffer header = empty_buffer();
		const char *name;
		ptrdiff_t end;

		format_table.header(&header, &ctx);
		name = strstr(text_of(&header), "LATENCY");
		if (!name)
			continue;
		end = name + strlen("LATENCY") - header.data;
		for (int n = 0; n < 3000; n++) {
			struct event event = random_event(&seed);
			struct buffer line = empty_buffer();

			if (event.kind == EVENT_CLOSE || event.kind == EVENT_OPEN)
				continue;
			format_table.event(&line, &event, &ctx);
			assert_int_equal(width_of(&line), end);
		}
	}
}

/* What is left out of a destination is marked: no address is another one's beginning. */
static void a_destination_is_whole_or_marked(void **state)
{
	uint64_t seed = 4;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct format_context ctx = {.width = widths[i], .closes = i % 2};

		for (int n = 0; n < 500; n++) {
			struct event event = random_event(&seed);
			struct buffer line = empty_buffer(), address;
			char data[64];

			event.has &= ~(EVENT_HAS_PROCESS | EVENT_HAS_SRC);
			address = (struct buffer){.data = data, .cap = sizeof(data) - 1};
			put_address(&address, event.dst.addr, event.family);
			data[address.len] = '\0';
			format_table.event(&line, &event, &ctx);
			if (!strstr(text_of(&line), data) && !strstr(text_of(&line), "\u2026") &&
			    !strstr(text_of(&line), " :"))
				fail_msg("%s is not whole: %s", data, text_of(&line));
		}
	}
}

static void a_retry_that_could_not_leave_says_so(void **state)
{
	struct event event = {
		.kind = EVENT_RETRY, .has = EVENT_HAS_ERROR, .error = EPERM, .family = 4};
	struct format_context ctx = {.width = 80};
	struct buffer line = empty_buffer();

	(void)state;
	event.not_sent = true;
	format_table.event(&line, &event, &ctx);
	assert_non_null(strstr(text_of(&line), " retry  EPERM         unsent\n"));
	event.not_sent = false;
	line = empty_buffer();
	format_table.event(&line, &event, &ctx);
	assert_null(strstr(text_of(&line), "unsent"));
}

static void columns_move_once_for_an_address_that_needs_it(void **state)
{
	struct format_context ctx = {.width = 200};
	struct event event = {.kind = EVENT_ESTABLISHED, .family = 4, .dst.port = 65535};
	struct format_context narrow = {0};

	(void)state;
	assert_false(format_table.fit(&event, &ctx));
	event.family = 6;
	memset(event.dst.addr, 0xff, sizeof(event.dst.addr));
	assert_true(format_table.fit(&event, &ctx));
	assert_false(format_table.fit(&event, &ctx));
	event.family = 4;
	assert_false(format_table.fit(&event, &ctx));
	event.family = 6;
	assert_false(format_table.fit(&event, &narrow));
}

/* An address that needs the room comes before what the column behind all others would show. */
static void the_container_has_the_room_that_addresses_leave(void **state)
{
	static const struct cgroup cgroup = {.container_id = "0123456789abcdef"};
	struct event event = {.kind = EVENT_ESTABLISHED, .family = 4, .cgroup = &cgroup};
	struct format_context ctx = {.width = 130};
	struct buffer line = empty_buffer();

	(void)state;
	format_table.fit(&event, &ctx);
	format_table.event(&line, &event, &ctx);
	assert_non_null(strstr(text_of(&line), " 0123456789ab\n"));
	event.family = 6;
	memset(event.dst.addr, 0xff, sizeof(event.dst.addr));
	assert_true(format_table.fit(&event, &ctx));
	line = empty_buffer();
	format_table.event(&line, &event, &ctx);
	assert_null(strstr(text_of(&line), "0123456789ab"));
}

static void the_port_is_always_there(void **state)
{
	uint64_t seed = 2;
	char port[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct format_context ctx = {.width = widths[i], .closes = i % 2};

		for (int n = 0; n < 500; n++) {
			struct event event = random_event(&seed);
			struct buffer line = empty_buffer();

			format_table.event(&line, &event, &ctx);
			snprintf(port, sizeof(port), ":%u ", event.dst.port);
			assert_non_null(strstr(text_of(&line), port));
		}
	}
}

static void the_header_names_the_columns(void **state)
{
	struct buffer line = empty_buffer();
	struct format_context ctx = {0};

	(void)state;
	format_table.header(&line, &ctx);
	assert_string_equal(text_of(&line),
			    "TIME(UTC)        PID COMM                 SRC DST                   "
			    "EVENT       ERROR        LATENCY\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_wider_than_it_may_be),
		cmocka_unit_test(a_latency_ends_where_its_header_does),
		cmocka_unit_test(a_destination_is_whole_or_marked),
		cmocka_unit_test(a_retry_that_could_not_leave_says_so),
		cmocka_unit_test(columns_move_once_for_an_address_that_needs_it),
		cmocka_unit_test(the_container_has_the_room_that_addresses_leave),
		cmocka_unit_test(the_port_is_always_there),
		cmocka_unit_test(the_header_names_the_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
