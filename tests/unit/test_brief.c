// SPDX-License-Identifier: MIT
/* Values short enough for a column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/brief.h"
#include "unit/random.h"
#include "unit/written.h"

#define SEC 1000000000ull

static const char *duration_text(uint64_t ns)
{
	struct buffer b = empty_buffer();

	brief_duration(&b, ns);
	return text_of(&b);
}

static const char *size_text(uint64_t bytes)
{
	struct buffer b = empty_buffer();

	brief_size(&b, bytes);
	return text_of(&b);
}

static void durations_have_three_digits_and_are_cut_off(void **state)
{
	(void)state;
	assert_string_equal(duration_text(0), "0us");
	assert_string_equal(duration_text(999), "0us");
	assert_string_equal(duration_text(54999), "54us");
	assert_string_equal(duration_text(999999), "999us");
	assert_string_equal(duration_text(1000000), "1.00ms");
	assert_string_equal(duration_text(1559999), "1.55ms");
	assert_string_equal(duration_text(99999999), "99.9ms");
	assert_string_equal(duration_text(SEC - 1), "999ms");
	assert_string_equal(duration_text(SEC), "1.00s");
	assert_string_equal(duration_text(10 * SEC), "10.0s");
	assert_string_equal(duration_text(10 * SEC + 900 * (SEC / 1000)), "10.9s");
	assert_string_equal(duration_text(90 * SEC), "90.0s");
	assert_string_equal(duration_text(100 * SEC), "100s");
	assert_string_equal(duration_text(1000 * SEC - 1), "999s");
	assert_string_equal(duration_text(1000 * SEC), "16.6m");
	assert_string_equal(duration_text(3600 * SEC - 1), "59.9m");
	assert_string_equal(duration_text(3600 * SEC), "1.00h");
	assert_string_equal(duration_text(36 * 3600 * SEC), "36.0h");
	assert_string_equal(duration_text(100 * 3600 * SEC), "4.16d");
	assert_string_equal(duration_text(86400 * SEC * 99999), "99999d");
	assert_string_equal(duration_text(UINT64_MAX), "213503d");
}

static void sizes_have_two_digits_at_least_and_are_cut_off(void **state)
{
	(void)state;
	assert_string_equal(size_text(0), "0");
	assert_string_equal(size_text(1023), "1023");
	assert_string_equal(size_text(1024), "1.0K");
	assert_string_equal(size_text(1536), "1.5K");
	assert_string_equal(size_text(10 * 1024 - 1), "9.9K");
	assert_string_equal(size_text(10 * 1024), "10K");
	assert_string_equal(size_text((1 << 20) - 1), "1023K");
	assert_string_equal(size_text(1 << 20), "1.0M");
	assert_string_equal(size_text(3ull << 39), "1.5T");
	assert_string_equal(size_text(UINT64_MAX), "15E");
}

static const char *count_text(uint64_t n)
{
	struct buffer b = empty_buffer();

	brief_count(&b, n);
	return text_of(&b);
}

static const char *grouped_text(uint64_t n)
{
	struct buffer b = empty_buffer();

	brief_grouped(&b, n);
	return text_of(&b);
}

static const char *age_text(uint64_t ns)
{
	struct buffer b = empty_buffer();

	brief_age(&b, ns);
	return text_of(&b);
}

static void counts_are_whole_as_long_as_they_fit(void **state)
{
	(void)state;
	assert_string_equal(count_text(0), "0");
	assert_string_equal(count_text(99999), "99999");
	assert_string_equal(count_text(100000), "100K");
	assert_string_equal(count_text(999999), "999K");
	assert_string_equal(count_text(1000000), "1.0M");
	assert_string_equal(count_text(9999999), "9.9M");
	assert_string_equal(count_text(12345678), "12M");
	assert_string_equal(count_text(UINT64_MAX), "18E");
	assert_string_equal(grouped_text(0), "0");
	assert_string_equal(grouped_text(999), "999");
	assert_string_equal(grouped_text(1004), "1,004");
	assert_string_equal(grouped_text(UINT64_MAX), "18,446,744,073,709,551,615");
}

static void ages_are_cut_off_to_what_the_eye_needs(void **state)
{
	(void)state;
	assert_string_equal(age_text(0), "0.0s");
	assert_string_equal(age_text(2199999999), "2.1s");
	assert_string_equal(age_text(10 * SEC - 1), "9.9s");
	assert_string_equal(age_text(60 * SEC - 1), "59s");
	assert_string_equal(age_text(62 * SEC), "1m02s");
	assert_string_equal(age_text(252 * SEC), "4m12s");
	assert_string_equal(age_text(600 * SEC), "10m");
	assert_string_equal(age_text(3600 * SEC - 1), "59m");
	assert_string_equal(age_text(3600 * SEC + 7 * 60 * SEC), "1h07m");
	assert_string_equal(age_text(36000 * SEC), "10h");
	assert_string_equal(age_text(95 * 3600 * SEC), "95h");
	assert_string_equal(age_text(4 * 86400 * SEC), "4d");
	assert_string_equal(age_text(86400 * SEC * 9999), "9999d");
}

static void nothing_is_wider_than_it_may_be(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t value = ((uint64_t)next_random(&seed) << 32 | next_random(&seed)) >>
				 next_random(&seed) % 64;

		assert_true(strlen(size_text(value)) <= 5);
		assert_true(strlen(duration_text(value >> 1)) <= 7);
		assert_true(strlen(duration_text(value >> 2)) <= 6);
		assert_true(strlen(count_text(value)) <= 5);
		assert_true(strlen(age_text(value % (9999 * 86400 * SEC))) <= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_whole_as_long_as_they_fit),
		cmocka_unit_test(ages_are_cut_off_to_what_the_eye_needs),
		cmocka_unit_test(durations_have_three_digits_and_are_cut_off),
		cmocka_unit_test(sizes_have_two_digits_at_least_and_are_cut_off),
		cmocka_unit_test(nothing_is_wider_than_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
