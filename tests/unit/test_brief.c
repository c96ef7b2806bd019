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
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_three_digits_and_are_cut_off),
		cmocka_unit_test(sizes_have_two_digits_at_least_and_are_cut_off),
		cmocka_unit_test(nothing_is_wider_than_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
