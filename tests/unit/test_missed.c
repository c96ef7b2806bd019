// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/missed.h"

static void a_skip_is_no_loss_before_the_end(void **state)
{
	struct counters sum = {.missed = 3, .skipped = 2};

	(void)state;
	assert_int_equal(missed_in_all(&sum, false), 3);
	assert_int_equal(missed_in_all(&sum, true), 5);
}

static void a_skip_that_is_recovered_is_no_loss(void **state)
{
	struct counters sum = {.missed = 3, .skipped = 2, .recovered = 1};

	(void)state;
	assert_int_equal(missed_in_all(&sum, true), 4);
	sum.recovered = 2;
	assert_int_equal(missed_in_all(&sum, true), 3);
	/* A kernel that does not count what it skips. */
	sum.recovered = 4;
	assert_int_equal(missed_in_all(&sum, true), 3);
}

/* Each counter only grows, in whatever order; so does what is told of them, the end included. */
static void it_never_falls(void **state)
{
	(void)state;
	for (unsigned int order = 0; order < 1u << 12; order++) {
		struct counters sum = {};
		__u64 before = 0, now;

		for (int step = 0; step < 6; step++) {
			switch (order >> (2 * step) & 3) {
			case 0:
				sum.missed++;
				break;
			case 1:
				sum.skipped++;
				break;
			case 2:
				sum.recovered++;
				break;
			}
			now = missed_in_all(&sum, false);
			assert_true(now >= before);
			before = now;
		}
		assert_true(missed_in_all(&sum, true) >= before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_skip_is_no_loss_before_the_end),
		cmocka_unit_test(a_skip_that_is_recovered_is_no_loss),
		cmocka_unit_test(it_never_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
