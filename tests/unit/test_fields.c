// SPDX-License-Identifier: MIT
/* Values as every format writes them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "format/fields.h"
#include "unit/random.h"
#include "unit/written.h"
#include "util/array.h"
#include "util/errno_name.h"

/* Where this is not glibc, there is nothing to compare with. */
#ifndef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) 0
#endif

static void assert_time(uint64_t utc_ns)
{
	struct buffer b = empty_buffer();
	time_t seconds = (time_t)(utc_ns / 1000000000);
	char date[32], expected[64];
	struct tm tm;

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(expected, sizeof(expected), "%s.%09luZ", date,
		 (unsigned long)(utc_ns % 1000000000));
	field_time(&b, utc_ns);
	assert_string_equal(text_of(&b), expected);
}

static void time_is_that_of_gmtime_on_every_day_until_2554(void **state)
{
	const uint64_t day_ns = 86400ull * 1000000000;

	(void)state;
	for (uint64_t day = 0; day < UINT64_MAX / day_ns; day++) {
		assert_time(day * day_ns);
		assert_time((day + 1) * day_ns - 1);
	}
	assert_time(UINT64_MAX);
}

static void time_is_that_of_gmtime_at_every_second_of_a_day(void **state)
{
	(void)state;
	for (uint64_t second = 0; second < 86400; second++)
		assert_time(second * 1000000000 + second);
}

static void time_has_nine_digits_of_a_second(void **state)
{
	struct buffer b = empty_buffer();

	(void)state;
	field_time(&b, 1);
	assert_string_equal(text_of(&b), "1970-01-01T00:00:00.000000001Z");
}

static void durations_carry_their_unit_and_are_cut_not_rounded(void **state)
{
	static const struct {
		uint64_t ns;
		const char *expected;
	} cases[] = {
		{0, "0.000ms"},
		{999, "0.000ms"},
		{1000, "0.001ms"},
		{412000, "0.412ms"},
		{412999, "0.412ms"},
		{11284000, "11.284ms"},
		{999999999, "999.999ms"},
		{1000000000, "1.000s"},
		{1000999999, "1.000s"},
		{3046000000, "3.046s"},
		{131072999999999, "131072.999s"},
		{UINT64_MAX, "18446744073.709s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buffer b = empty_buffer();

		field_duration(&b, cases[i].ns);
		assert_string_equal(text_of(&b), cases[i].expected);
	}
}

static void assert_short(uint64_t ns, const char *expected)
{
	struct buffer b = empty_buffer();

	field_duration_short(&b, ns);
	assert_string_equal(text_of(&b), expected);
}

static void short_durations_are_cut_off_never_rounded_up(void **state)
{
	(void)state;
	assert_short(0, "0.000ms");
	assert_short(9999999, "9.999ms");
	assert_short(10000000, "10.00ms");
	assert_short(99999999, "99.99ms");
	assert_short(100000000, "100.0ms");
	assert_short(999999999, "999.9ms");
	assert_short(1000000000, "1.000s");
	assert_short(127123456789, "127.1s");
	assert_short(86400000000000, "86400s");
}

static const char *errno_text(uint16_t error)
{
	struct buffer b = empty_buffer();

	field_errno(&b, error);
	return text_of(&b);
}

static void an_errno_is_its_symbol_or_else_its_number(void **state)
{
	(void)state;
	assert_string_equal(errno_text(ECONNREFUSED), "ECONNREFUSED");
	assert_string_equal(errno_text(ETIMEDOUT), "ETIMEDOUT");
	assert_string_equal(errno_text(EPERM), "EPERM");
	assert_string_equal(errno_text(ENOTRECOVERABLE), "ENOTRECOVERABLE");
	assert_string_equal(errno_text(0), "0");
	assert_string_equal(errno_text(517), "517");
	assert_string_equal(errno_text(65535), "65535");
}

#if __GLIBC_PREREQ(2, 32)
static void an_errno_has_the_symbol_that_glibc_knows(void **state)
{
	(void)state;
	for (int error = 1; error < 4096; error++) {
		const char *ours = errno_name(error), *name = strerrorname_np(error);

		/* A later glibc may know more. */
		if (name && (ours || error <= EHWPOISON))
			assert_string_equal(ours ? ours : "none", name);
		else
			assert_null(ours);
	}
	assert_null(errno_name(0));
	assert_null(errno_name(-1));
}
#else
static void an_errno_has_the_symbol_that_glibc_knows(void **state)
{
	(void)state;
	skip();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_that_of_gmtime_on_every_day_until_2554),
		cmocka_unit_test(time_is_that_of_gmtime_at_every_second_of_a_day),
		cmocka_unit_test(time_has_nine_digits_of_a_second),
		cmocka_unit_test(durations_carry_their_unit_and_are_cut_not_rounded),
		cmocka_unit_test(short_durations_are_cut_off_never_rounded_up),
		cmocka_unit_test(an_errno_is_its_symbol_or_else_its_number),
		cmocka_unit_test(an_errno_has_the_symbol_that_glibc_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
