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
#include "unit/written.h"

static void random_bytes(void *to, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = (uint8_t)next_random(seed);
}

static struct conn random_conn(uint64_t *seed)
{
	static const uint16_t errors[] = {ECONNREFUSED, EADDRNOTAVAIL, EPERM, 4095};
	struct conn conn = {
		.kind = EVENT_CONNECT + next_random(seed) % (EVENT_KIND_END - 1),
		.has = next_random(seed) % (2 * CONN_HAS_PROCESS),
		.time_ns = next_random(seed),
		.pid = next_random(seed) % 4194305,
		.family = next_random(seed) % 2 ? 4 : 6,
		.error = errors[next_random(seed) % 4],
		.latency_ns = (uint64_t)next_random(seed) << next_random(seed) % 16,
		.dst.port = (uint16_t)next_random(seed),
		.src.port = (uint16_t)next_random(seed),
	};

	random_bytes(conn.dst.addr, 16, seed);
	random_bytes(conn.src.addr, 16, seed);
	random_bytes(conn.comm, next_random(seed) % COMM_LEN, seed);
	if (conn.kind != EVENT_FAILED)
		conn.has &= ~CONN_HAS_ERROR;
	return conn;
}

/* Of one line; each code point one column. Fails on what must not reach a terminal. */
static unsigned int width_of(const struct buffer *line)
{
	unsigned int width = 0;
	uint32_t code_point;
	size_t step;

	assert_false(line->overflow);
	assert_int_equal(line->data[line->len - 1], '\n');
	for (size_t i = 0; i < line->len - 1; i += step, width++) {
		step = utf8_step(line->data + i, line->len - 1 - i, &code_point);
		assert_true(step);
		assert_false(is_control(code_point));
	}
	return width;
}

static void every_line_is_clean_and_as_wide_as_the_header(void **state)
{
	static const unsigned int widths[] = {0, 1, 80, 81, 93, 99, 100, 101, 114, 120, 140, 500};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct format_context ctx = {.width = widths[i]};
		struct buffer header = empty_buffer();
		unsigned int width;

		format_table.header(&header, &ctx);
		width = width_of(&header);
		assert_true(width <= (widths[i] < 80 ? 100 : widths[i]));
		for (int n = 0; n < 3000; n++) {
			struct conn conn = random_conn(&seed);
			struct buffer line = empty_buffer();

			format_table.event(&line, &conn, &ctx);
			assert_int_equal(width_of(&line), width);
		}
	}
}

static void the_port_is_always_there(void **state)
{
	struct format_context ctx = {.width = 80};
	uint64_t seed = 2;
	char port[8];

	(void)state;
	for (int n = 0; n < 3000; n++) {
		struct conn conn = random_conn(&seed);
		struct buffer line = empty_buffer();

		format_table.event(&line, &conn, &ctx);
		snprintf(port, sizeof(port), ":%u ", conn.dst.port);
		assert_non_null(strstr(text_of(&line), port));
	}
}

static void the_header_names_the_columns(void **state)
{
	struct buffer line = empty_buffer();
	struct format_context ctx = {0};

	(void)state;
	format_table.header(&line, &ctx);
	assert_string_equal(text_of(&line),
			    "TIME             PID COMM                 SRC DST                   "
			    "EVENT       ERROR        LATENCY\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_clean_and_as_wide_as_the_header),
		cmocka_unit_test(the_port_is_always_there),
		cmocka_unit_test(the_header_names_the_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
