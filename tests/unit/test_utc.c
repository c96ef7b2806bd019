// SPDX-License-Identifier: MIT
/* Times of the wall clock, and what people write instead. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/utc.h"

/* 2026-02-16T12:34:56.789Z */
#define NOW_NS	  1771245296789000000
#define TODAY_NS  1771200000000000000
#define SECOND_NS 1000000000

static void a_time_is_taken_to_the_nanosecond(void **state)
{
	uint64_t ns;

	(void)state;
	assert_int_equal(utc_parse("1970-01-01T00:00:00Z", &ns), 0);
	assert_int_equal(ns, 0);
	assert_int_equal(utc_parse("2026-02-16T12:34:56.789Z", &ns), 0);
	assert_int_equal(ns, NOW_NS);
	assert_int_equal(utc_parse("2024-02-29T23:59:59.000000001Z", &ns), 0);
	assert_int_equal(ns, 1709251199000000001);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026",
		"2026-02-30T12:34:56Z",
		"2025-02-29T12:34:56Z",
		"2026-02-16T24:00:00Z",
		"2026-02-16T12:60:00Z",
		"2026-02-16T12:34:56",
		"2026-02-16T12:34:56.Z",
		"2026-02-16T12:34:56.1234567890Z",
		"2026-02-16T12:34:56ZZ",
		"2026-02-16T12:34:56+01:00",
		"2026-02-16 12:34:56Z",
		"1969-12-31T23:59:59Z",
		"+026-02-16T12:34:56Z",
	};
	uint64_t ns = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (utc_parse(wrong[i], &ns) != -EINVAL)
			fail_msg("\"%s\" is taken", wrong[i]);
		if (utc_parse_words(wrong[i], NOW_NS, &ns) != -EINVAL)
			fail_msg("\"%s\" is taken for words", wrong[i]);
	}
	assert_int_equal(ns, 7);
}

static void people_write_days_and_how_long_ago(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{"2026-02-16T12:34:56.789Z", NOW_NS},
		{"2026-02-16", TODAY_NS},
		{"today", TODAY_NS},
		{"yesterday", TODAY_NS - 86400ull * SECOND_NS},
		{"90s", NOW_NS - 90ull * SECOND_NS},
		{"1.5h", NOW_NS - 5400ull * SECOND_NS},
		{"7d", NOW_NS - 7 * 86400ull * SECOND_NS},
	};
	static const char *const wrong[] = {
		"90",	     "0s",  "0d",	"1.5d",
		"2weeks",    "-2h", "tomorrow", "2026-02-16Z",
		"999999d",   "h",   "d",	"99999999999999999999999999d",
		"2026-2-16",
	};
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(utc_parse_words(cases[i].text, NOW_NS, &ns), 0);
		assert_int_equal(ns, cases[i].ns);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (utc_parse_words(wrong[i], NOW_NS, &ns) != -EINVAL)
			fail_msg("\"%s\" is taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_taken_to_the_nanosecond),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(people_write_days_and_how_long_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
