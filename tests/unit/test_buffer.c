// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/buffer.h"

static char storage[64];

static struct buffer empty_buffer(size_t cap)
{
	memset(storage, '#', sizeof(storage));
	return (struct buffer){.data = storage, .cap = cap};
}

static void assert_holds(const struct buffer *b, const char *expected)
{
	assert_int_equal(b->len, strlen(expected));
	assert_memory_equal(b->data, expected, b->len);
	assert_false(b->overflow);
}

static void assert_numbers(uint64_t value)
{
	char expected[32];
	struct buffer b = empty_buffer(sizeof(storage));

	snprintf(expected, sizeof(expected), "%" PRIu64, value);
	buffer_u64(&b, value);
	assert_holds(&b, expected);

	b = empty_buffer(sizeof(storage));
	snprintf(expected, sizeof(expected), "%" PRIx64, value);
	buffer_hex(&b, value);
	assert_holds(&b, expected);

	b = empty_buffer(sizeof(storage));
	snprintf(expected, sizeof(expected), "%020" PRIu64, value);
	buffer_u64_padded(&b, value, 20);
	assert_holds(&b, expected);
}

static void numbers_are_as_printf_writes_them_at_every_change_of_width(void **state)
{
	(void)state;
	assert_numbers(0);
	assert_numbers(UINT64_MAX);
	for (uint64_t power = 1, i = 0; i < 20; i++, power *= 10) {
		assert_numbers(power - 1);
		assert_numbers(power);
		assert_numbers(power + 1);
	}
	for (unsigned int bit = 0; bit < 64; bit++) {
		assert_numbers((1ull << bit) - 1);
		assert_numbers(1ull << bit);
	}
}

static void padded_numbers_have_exactly_the_width(void **state)
{
	static const struct {
		uint64_t value;
		unsigned int width;
		const char *expected;
	} cases[] = {
		{0, 1, "0"},	{7, 1, "7"},	 {7, 2, "07"},	      {42, 2, "42"},
		{42, 3, "042"}, {999, 3, "999"}, {5, 9, "000000005"}, {123456789, 9, "123456789"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buffer b = empty_buffer(sizeof(storage));

		buffer_u64_padded(&b, cases[i].value, cases[i].width);
		assert_holds(&b, cases[i].expected);
	}
}

static void writes_append(void **state)
{
	struct buffer b = empty_buffer(sizeof(storage));

	(void)state;
	buffer_literal(&b, "a=");
	buffer_u64(&b, 10);
	buffer_putc(&b, ' ');
	buffer_hex(&b, 0xbeef);
	buffer_puts(&b, "!");
	buffer_u64_padded(&b, 3, 2);
	assert_holds(&b, "a=10 beef!03");
}

static void what_fits_to_the_last_byte_is_written(void **state)
{
	struct buffer b = empty_buffer(3);

	(void)state;
	buffer_u64(&b, 100);
	assert_holds(&b, "100");
	b = empty_buffer(3);
	buffer_hex(&b, 0xabc);
	assert_holds(&b, "abc");
	b = empty_buffer(3);
	buffer_u64_padded(&b, 1, 3);
	assert_holds(&b, "001");
}

static void assert_refused(const struct buffer *b)
{
	assert_true(b->overflow);
	assert_int_equal(b->len, 1);
	for (size_t i = b->len; i < sizeof(storage); i++)
		assert_int_equal(storage[i], '#');
}

static void what_does_not_fit_is_refused_whole_and_remembered(void **state)
{
	struct buffer b;

	(void)state;
	for (int i = 0; i < 5; i++) {
		b = empty_buffer(3);
		buffer_putc(&b, 'x');
		switch (i) {
		case 0:
			buffer_u64(&b, 100);
			break;
		case 1:
			buffer_u64_padded(&b, 1, 3);
			break;
		case 2:
			buffer_hex(&b, 0x100);
			break;
		case 3:
			buffer_puts(&b, "abc");
			break;
		case 4:
			b.cap = 1;
			buffer_putc(&b, 'y');
			break;
		}
		assert_refused(&b);
	}
}

static void an_overflow_stays_remembered_when_later_writes_fit(void **state)
{
	struct buffer b = empty_buffer(2);

	(void)state;
	buffer_u64(&b, 12345);
	buffer_u64(&b, 1);
	assert_true(b.overflow);
	assert_int_equal(b.len, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_writes_them_at_every_change_of_width),
		cmocka_unit_test(padded_numbers_have_exactly_the_width),
		cmocka_unit_test(writes_append),
		cmocka_unit_test(what_fits_to_the_last_byte_is_written),
		cmocka_unit_test(what_does_not_fit_is_refused_whole_and_remembered),
		cmocka_unit_test(an_overflow_stays_remembered_when_later_writes_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
