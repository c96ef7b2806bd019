// SPDX-License-Identifier: MIT
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/utf8.h"
#include "util/width.h"

/* RFC 3629, section 3, written the other way: encodes; 0 for what is no character. */
static size_t utf8_encode(uint32_t c, unsigned char to[4])
{
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c & 0x3f));
		return c >= 0xd800 && c < 0xe000 ? 0 : 3;
	}
	to[0] = (unsigned char)(0xf0 | c >> 18);
	to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (unsigned char)(0x80 | (c & 0x3f));
	return c > 0x10ffff ? 0 : 4;
}

static void utf8_accepts_every_character_and_no_surrogate_or_beyond(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x200000; c++) {
		unsigned char bytes[4];
		size_t len = utf8_encode(c, bytes), whole = c < 0x800 ? 0 : c < 0x10000 ? 3 : 4;
		uint32_t got = UINT32_MAX;

		assert_int_equal(utf8_step((char *)bytes, len ? len : whole, &got), len);
		assert_int_equal(got, len ? c : UINT32_MAX);
		if (len) {
			char ours[4];

			assert_int_equal(utf8_of(c, ours), len);
			assert_memory_equal(ours, bytes, len);
		}
	}
}

static void utf8_refuses_what_is_cut_overlong_or_no_start(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc2",
		"\xe2\x82",
		"\xf0\x9f\x98",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xf9\x80\x80\x80",
		"\xfe",
		"\xff",
		"\xc3(",
		"\xe2(\xa1",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
	};
	uint32_t got = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(utf8_step(bad[i], strlen(bad[i]), &got), 0);
	/* Whole, but not within the bytes given. */
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(utf8_step("\xf0\x9f\x98\x80", n, &got), 0);
	assert_int_equal(got, 42);
}

static void assert_escaped(const char *s, bool quoted, const char *expected)
{
	char text[64];
	struct buffer out = {.data = text, .cap = sizeof(text)};

	put_escaped(&out, s, strlen(s), quoted);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_equal(text, expected, out.len);
	assert_false(out.overflow);
}

static void what_a_terminal_may_obey_is_escaped(void **state)
{
	(void)state;
	assert_escaped("", false, "");
	assert_escaped("na\u00efve \U0001f600", false, "na\u00efve \U0001f600");
	assert_escaped("a\nb\r\t\x7f", false, "a\\nb\\x0d\\x09\\x7f");
	assert_escaped("\x1b[31m\xc2\x9b", false, "\\x1b[31m\\xc2\\x9b");
	assert_escaped("\xff\xe2\x82(", false, "\\xff\\xe2\\x82(");
	assert_escaped("\xed\xa0\x80\xc0\xaf", false, "\\xed\\xa0\\x80\\xc0\\xaf");
}

static void quotes_and_backslashes_are_escaped_between_quotes_only(void **state)
{
	(void)state;
	assert_escaped("a\"b\\n", false, "a\"b\\n");
	assert_escaped("a\"b\\n", true, "a\\\"b\\\\n");
}

static void an_escape_is_written_whole_or_not_at_all(void **state)
{
	char text[9];
	struct buffer out = {.data = text, .cap = sizeof(text)};

	(void)state;
	put_escaped(&out, "ab\x1b\x1b.", 5, false);
	assert_true(out.overflow);
	assert_int_equal(out.len, 6);
	assert_memory_equal(text, "ab\\x1b", 6);
}

static void assert_legible(const char *name, unsigned int max, const char *expected,
			   unsigned int width)
{
	char data[64] = "";
	struct buffer out = {.data = data, .cap = sizeof(data) - 1};

	assert_int_equal(put_legible(&out, name, max), width);
	assert_false(out.overflow);
	assert_string_equal(data, expected);
}

/* Widths are those of xterm and of the C library: 2 of CJK and emoji, 0 of marks. */
static void a_name_takes_as_many_columns_as_it_is_said_to(void **state)
{
	char many[40] = "a";

	(void)state;
	assert_legible("\u6f22\u5b57", 4, "\u6f22\u5b57", 4);
	assert_legible("\u6f22\u5b57", 3, "\u6f22" ELLIPSIS, 3);
	assert_legible("\u6f22\u5b57", 2, ELLIPSIS, 1);
	assert_legible("a\u6f22", 2, "a" ELLIPSIS, 2);
	assert_legible("e\u0301t", 2, "e\u0301t", 2);
	assert_legible("e\u0301te", 2, "e\u0301" ELLIPSIS, 2);
	assert_legible("\U0001f433x", 3, "\U0001f433x", 3);
	assert_legible("a\u202eb\ufe0f\x9b", 5, "a?b??", 5);
	/* Marks without end have an end where the room has. */
	for (size_t i = 1; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "\u0301", 2);
	struct buffer out = {.data = many + 20, .cap = 10};
	char data[40];

	memcpy(data, many, sizeof(many));
	assert_int_equal(put_legible(&out, data, 5), 2);
	assert_false(out.overflow);
	assert_memory_equal(many + 20, "a\u0301\u0301\u0301" ELLIPSIS, 10);
}

/* The C library is of another version of Unicode, but in scripts that have long been complete. */
static void widths_are_those_of_the_c_library(void **state)
{
	unsigned int others = 0;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (uint32_t c = 0xa0; c < 0x110000; c++) {
		int theirs = wcwidth((wchar_t)c);

		if (theirs < 0 || char_steers(c) || (unsigned int)theirs == char_width(c))
			continue;
		if (c < 0x700 || (c >= 0x3000 && c < 0xd800))
			fail_msg("U+%04X has %u columns, not %d", c, char_width(c), theirs);
		others++;
	}
	assert_in_range(others, 0, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_accepts_every_character_and_no_surrogate_or_beyond),
		cmocka_unit_test(utf8_refuses_what_is_cut_overlong_or_no_start),
		cmocka_unit_test(what_a_terminal_may_obey_is_escaped),
		cmocka_unit_test(quotes_and_backslashes_are_escaped_between_quotes_only),
		cmocka_unit_test(widths_are_those_of_the_c_library),
		cmocka_unit_test(a_name_takes_as_many_columns_as_it_is_said_to),
		cmocka_unit_test(an_escape_is_written_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
