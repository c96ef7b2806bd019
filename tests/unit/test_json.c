// SPDX-License-Identifier: MIT
/* The writer of JSON: commas, quotes and escapes are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/written.h"
#include "util/json.h"

static void keys_and_items_have_commas_between_them(void **state)
{
	struct buffer out = empty_buffer();
	struct json json = {.out = &out};

	(void)state;
	json_open(&json, '{');
	json_u64(&json, "a", 0);
	json_key(&json, "list");
	json_open(&json, '[');
	json_item_u64(&json, 1);
	json_item(&json);
	json_open(&json, '[');
	json_close(&json, ']');
	json_item(&json);
	json_open(&json, '[');
	json_item_u64(&json, UINT64_MAX);
	json_item_u64(&json, 3);
	json_close(&json, ']');
	json_close(&json, ']');
	json_true(&json, "yes");
	json_key_begin(&json);
	buffer_puts(&out, "put together");
	json_key_end(&json);
	json_open(&json, '{');
	json_false(&json, "no");
	json_close(&json, '}');
	json_close(&json, '}');
	assert_string_equal(text_of(&out),
			    "{\"a\":0,\"list\":[1,[],[18446744073709551615,3]],\"yes\":true,"
			    "\"put together\":{\"no\":false}}");
}

static void words_and_texts_are_quoted(void **state)
{
	struct buffer out = empty_buffer();
	struct json json = {.out = &out};

	(void)state;
	json_open(&json, '{');
	json_word(&json, "first", "word");
	json_text(&json, "text", (buffer_u64(&out, 1), buffer_putc(&out, '-')));
	json_string(&json, "string", "");
	json_close(&json, '}');
	assert_string_equal(text_of(&out), "{\"first\":\"word\",\"text\":\"1-\",\"string\":\"\"}");
}

static void strings_can_be_items(void **state)
{
	struct buffer out = empty_buffer();
	struct json json = {.out = &out};

	(void)state;
	json_open(&json, '[');
	json_item_string(&json, "", 0);
	json_item_string(&json, "a\nbc", 3);
	json_item_string(&json, "\xe2\x82\xac", 2); /* a part of a character */
	json_close(&json, ']');
	assert_string_equal(text_of(&out), "[\"\",\"a\\nb\",\"\\ufffd\\ufffd\"]");
}

static void strings_are_escaped_where_they_must_be(void **state)
{
	struct buffer out = empty_buffer();

	(void)state;
	json_put_string(&out, "plain \"\\\b\f\n\r\t\x01\x1f\x7f\xc2\x80\xc3\xa9\xff\xe2\x82/");
	assert_string_equal(text_of(&out),
			    "\"plain \\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u0080"
			    "\xc3\xa9\\ufffd\\ufffd\\ufffd/\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_items_have_commas_between_them),
		cmocka_unit_test(words_and_texts_are_quoted),
		cmocka_unit_test(strings_can_be_items),
		cmocka_unit_test(strings_are_escaped_where_they_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
