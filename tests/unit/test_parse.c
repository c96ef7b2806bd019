// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/parse.h"

/* What no case expects: a result that still holds it was not touched. */
#define UNTOUCHED 0x5afe5afe5afe5afeull

static void assert_number(const char *s, uint64_t min, uint64_t max, uint64_t expected)
{
	uint64_t value = UNTOUCHED;

	assert_int_equal(parse_u64(s, min, max, &value), 0);
	assert_int_equal(value, expected);
}

static void assert_no_number(const char *s, uint64_t min, uint64_t max, int expected)
{
	uint64_t value = UNTOUCHED;

	if (parse_u64(s, min, max, &value) != expected)
		fail_msg("parse_u64(\"%s\") is not %d", s, expected);
	assert_int_equal(value, UNTOUCHED);
}

static void numbers_are_decimal(void **state)
{
	(void)state;
	assert_number("0", 0, UINT64_MAX, 0);
	assert_number("1", 0, UINT64_MAX, 1);
	assert_number("18446744073709551615", 0, UINT64_MAX, UINT64_MAX);
	/* Not octal, as strtoul(s, 0) would have it. */
	assert_number("0017", 0, UINT64_MAX, 17);
}

static void numbers_keep_to_their_range_both_ends_included(void **state)
{
	(void)state;
	assert_number("1", 1, 65535, 1);
	assert_number("65535", 1, 65535, 65535);
	assert_no_number("0", 1, 65535, -ERANGE);
	assert_no_number("65536", 1, 65535, -ERANGE);
}

static void numbers_too_large_for_64_bits_are_out_of_range(void **state)
{
	(void)state;
	assert_no_number("18446744073709551616", 0, UINT64_MAX, -ERANGE);
	assert_no_number("18446744073709551620", 0, UINT64_MAX, -ERANGE);
	assert_no_number("99999999999999999999999999999999", 0, UINT64_MAX, -ERANGE);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const junk[] = {
		"",    "-1",  "+1",  " 1",  "1 ", "1x", "x1",	"0x10",
		"1.5", "1,2", "\n1", "1\n", "--", "١",	"\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		assert_no_number(junk[i], 0, UINT64_MAX, -EINVAL);
}

static void assert_duration(const char *s, uint64_t expected)
{
	uint64_t ns = UNTOUCHED;

	if (parse_duration(s, &ns) || ns != expected)
		fail_msg("\"%s\" is not %ju ns but %ju", s, (uintmax_t)expected, (uintmax_t)ns);
}

static void assert_no_duration(const char *s, int expected)
{
	uint64_t ns = UNTOUCHED;

	if (parse_duration(s, &ns) != expected)
		fail_msg("parse_duration(\"%s\") is not %d", s, expected);
	assert_int_equal(ns, UNTOUCHED);
}

static void durations_have_units_and_a_bare_number_is_in_seconds(void **state)
{
	(void)state;
	assert_duration("5ns", 5);
	assert_duration("100us", 100000);
	assert_duration("10ms", 10000000);
	assert_duration("1s", 1000000000);
	assert_duration("7", 7000000000);
	assert_duration("2m", 120000000000);
	assert_duration("1h", 3600000000000);
}

static void durations_may_have_a_fraction(void **state)
{
	(void)state;
	assert_duration("1.5s", 1500000000);
	assert_duration("1.5", 1500000000);
	assert_duration("0.25ms", 250000);
	assert_duration("0.5h", 1800000000000);
	assert_duration("1.000000001s", 1000000001);
	assert_duration("0.1m", 6000000000);
	assert_duration("0.010s", 10000000);
	/* Digits beyond the ninth count for nothing, and do no harm. */
	assert_duration("1.00000000099999999999999999999999s", 1000000000);
	/* What is less than a nanosecond is cut off. */
	assert_duration("1.9ns", 1);
}

static void no_duration_at_all_is_out_of_range(void **state)
{
	static const char *const zeros[] = {"0", "0s", "0ms", "0.0", "0.9ns", "0.0000000001s"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(zeros); i++)
		assert_no_duration(zeros[i], -ERANGE);
}

static void durations_too_long_to_add_to_a_clock_are_out_of_range(void **state)
{
	(void)state;
	/* INT64_MAX / 2 ns are 146 years: a sum with any time of a clock still fits. */
	assert_duration("4611686018s", 4611686018000000000);
	assert_duration("4611686018427387903ns", INT64_MAX / 2);
	assert_no_duration("4611686018427387904ns", -ERANGE);
	assert_no_duration("4611686019s", -ERANGE);
	assert_no_duration("18446744073709551615h", -ERANGE);
	assert_no_duration("18446744073709551616ns", -ERANGE);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const junk[] = {
		"",    "s",  "ms", ".5s", "1.s",   "1.",   "-1s", "+1s",  "1 s",  "1s ",  "1d",
		"1MS", "1S", "1H", "1e3", "1.5.5", "1,5s", "1ss", "1m1s", "0x1s", "1.ms", "1.-5s",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		assert_no_duration(junk[i], -EINVAL);
}

static void assert_size(const char *s, uint64_t expected)
{
	uint64_t bytes = UNTOUCHED;

	assert_int_equal(parse_size(s, &bytes), 0);
	assert_int_equal(bytes, expected);
}

static void assert_no_size(const char *s, int expected)
{
	uint64_t bytes = UNTOUCHED;

	if (parse_size(s, &bytes) != expected)
		fail_msg("parse_size(\"%s\") is not %d", s, expected);
	assert_int_equal(bytes, UNTOUCHED);
}

static void sizes_have_units_of_1024(void **state)
{
	(void)state;
	assert_size("0", 0);
	assert_size("4096", 4096);
	assert_size("64K", 65536);
	assert_size("4M", 4194304);
	assert_size("1G", 1073741824);
	assert_size("18446744073709551615", UINT64_MAX);
	assert_size("17179869183G", 17179869183ull << 30);
}

static void sizes_that_overflow_are_out_of_range(void **state)
{
	(void)state;
	assert_no_size("18446744073709551616", -ERANGE);
	assert_no_size("17179869184G", -ERANGE);
	assert_no_size("18446744073709551615K", -ERANGE);
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const junk[] = {
		"", "K", "-1", "1k", "1KB", "1KiB", "1 K", "1.5M", "0x1000", "1T", "1MM", "M1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		assert_no_size(junk[i], -EINVAL);
}

/* The words that a list was split into, a '|' after each; "stop" ends it. */
static int collect(const char *word, void *arg)
{
	char *words = arg;

	strcat(strcat(words, word), "|");
	return strcmp(word, "stop") ? 0 : -EDOM;
}

/* What comes back must be freed here, or a leak sanitizer tells. */
static void assert_list(const char *list, int expected, const char *words, const char *culprit)
{
	char collected[64] = "", *word = NULL;

	assert_int_equal(parse_list(list, collect, collected, &word), expected);
	assert_string_equal(collected, words);
	if (culprit)
		assert_string_equal(word, culprit);
	else
		assert_null(word);
	free(word);
}

static void lists_are_words_between_commas(void **state)
{
	(void)state;
	assert_list("a", 0, "a|", NULL);
	assert_list("a,bc,d", 0, "a|bc|d|", NULL);
	assert_list(" a, b", 0, " a| b|", NULL);
}

static void lists_end_at_the_first_error_and_name_the_word(void **state)
{
	(void)state;
	assert_list("a,stop,b", -EDOM, "a|stop|", "stop");
	assert_list("stop", -EDOM, "stop|", "stop");
}

static void lists_have_no_empty_words(void **state)
{
	(void)state;
	assert_list("", -EINVAL, "", "");
	assert_list(",", -EINVAL, "", "");
	assert_list(",a", -EINVAL, "", "");
	assert_list("a,", -EINVAL, "a|", "");
	assert_list("a,,b", -EINVAL, "a|", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal),
		cmocka_unit_test(numbers_keep_to_their_range_both_ends_included),
		cmocka_unit_test(numbers_too_large_for_64_bits_are_out_of_range),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(durations_have_units_and_a_bare_number_is_in_seconds),
		cmocka_unit_test(durations_may_have_a_fraction),
		cmocka_unit_test(no_duration_at_all_is_out_of_range),
		cmocka_unit_test(durations_too_long_to_add_to_a_clock_are_out_of_range),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(sizes_have_units_of_1024),
		cmocka_unit_test(sizes_that_overflow_are_out_of_range),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(lists_are_words_between_commas),
		cmocka_unit_test(lists_end_at_the_first_error_and_name_the_word),
		cmocka_unit_test(lists_have_no_empty_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
