// SPDX-License-Identifier: MIT
/* JSON as it is read: what is taken, what is refused, and what is picked out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/json_pick.h"

/* A letter for each token; `!` is TOKEN_BAD, `.` TOKEN_END. */
static void tokens_of(const char *text, size_t size, char out[256])
{
	static const char letters[] = "!.{}[]ksntf0";
	struct json_reader reader = json_reader(text, size);
	enum json_token token;
	size_t n = 0;

	do {
		token = json_next(&reader);
		assert_true(n < 255);
		out[n++] = letters[token];
	} while (token != TOKEN_BAD && token != TOKEN_END);
	out[n] = 0;
	assert_int_equal(json_next(&reader), token);
}

static void texts_of_all_kinds_are_read(void **state)
{
	static const struct {
		const char *text, *tokens;
	} cases[] = {
		{"{}", "{}."},
		{"[]", "[]."},
		{" \t\r\n[ ] ", "[]."},
		{"true", "t."},
		{"\"a\"", "s."},
		{"[true,false,null]", "[tf0]."},
		{"[0,-0,10,1.5,1e9,1E+9,1.25e-9,-1]", "[nnnnnnnn]."},
		{"{\"a\":1,\"b\":{\"c\":[{},[]]} , \"d\" : \"e\"}", "{knk{k[{}[]]}ks}."},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00 \xc3\xa9\"", "s."},
		{"\"\\ud800\"", "s."}, /* grammar allows it: json_text() does not */
	};
	char tokens[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tokens_of(cases[i].text, strlen(cases[i].text), tokens);
		if (strcmp(tokens, cases[i].tokens))
			fail_msg("%s: %s, not %s", cases[i].text, tokens, cases[i].tokens);
	}
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"{",
		"[",
		"]",
		"}",
		"{]",
		"[}",
		"[1,]",
		"[,1]",
		"[1 2]",
		"{,}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\" 1}",
		"{a:1}",
		"{1:1}",
		"[\"a\":1]",
		"tru",
		"True",
		"nul",
		"truefalse",
		"01",
		"-",
		"+1",
		".5",
		"1.",
		"1e",
		"1e+",
		"0x1",
		"NaN",
		"'a'",
		"\"",
		"\"a",
		"\"\\",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u12g4\"",
		"\"\n\"",
		"\"\x1f\"",
		"\"\xff\"",
		"\"\xc3\"",
		"\"\xed\xa0\x80\"",
		"1 1",
		"{} {}",
		"[]]",
		"/**/1",
		"\xef\xbb\xbf{}",
	};
	char tokens[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tokens_of(cases[i], strlen(cases[i]), tokens);
		if (tokens[strlen(tokens) - 1] != '!')
			fail_msg("%s: %s", cases[i], tokens);
	}
	tokens_of("1\0", 2, tokens);
	assert_string_equal(tokens, "n!");
	tokens_of("\"\0\"", 3, tokens);
	assert_string_equal(tokens, "!");
}

/* So deep and no deeper, whatever brackets. */
static void depth_is_bounded(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 2], tokens[256];

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	tokens_of(text, (size_t)2 * JSON_DEPTH_MAX, tokens);
	assert_string_equal(tokens + strlen(tokens) - 2, "].");
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	tokens_of(text, sizeof(text), tokens);
	assert_int_equal(strlen(tokens), JSON_DEPTH_MAX + 1);
}

static void escapes_are_undone(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *out;
	} cases[] = {
		{"\"\"", 0, ""},
		{"\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", 0, "a\"\\/\b\f\n\r\tz"},
		{"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", 0,
		 "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"\"\\u001b[2J\"", 0, "\x1b[2J"},
		{"\"0123456789abcde\"", 0, "0123456789abcde"},
		{"\"0123456789abcdef\"", -ENAMETOOLONG, ""},
		{"\"0123456789abcd\\u00e9\"", -ENAMETOOLONG, ""},
		{"\"a\\u0000b\"", -EILSEQ, ""},
		{"\"\\ud83d\"", -EILSEQ, ""},
		{"\"\\ud83dx\"", -EILSEQ, ""},
		{"\"\\ud83d\\n\"", -EILSEQ, ""},
		{"\"\\ud83d\\u0041\"", -EILSEQ, ""},
		{"\"\\ude00\\ud83d\"", -EILSEQ, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_reader reader = json_reader(cases[i].text, strlen(cases[i].text));
		char out[16];

		assert_int_equal(json_next(&reader), TOKEN_STRING);
		assert_int_equal(json_text(&reader, out, sizeof(out)), cases[i].err);
		assert_string_equal(out, cases[i].out);
	}
}

static void strings_are_picked_by_their_keys(void **state)
{
	static const char text[] =
		"{\"Name\":\"/web\",\"Config\":{\"Image\":\"demo:1\",\"Labels\":{\"a.b\":\"c\","
		"\"long\":\"0123456789\"},\"Env\":[\"X\"]},\"names\":[\"first\",\"second\"],"
		"\"N\\u0061me2\":\"escaped\",\"Config2\":{\"Image\":\"no\"},\"num\":1}";
	char name[16] = "-", image[16] = "-", label[16] = "-", tight[8] = "-", none[16] = "-";
	char first[16] = "-", escaped[16] = "-", deep[16] = "-", number[16] = "-";
	const struct json_pick picks[] = {
		{{"Name"}, name, sizeof(name)},
		{{"Config", "Image"}, image, sizeof(image)},
		{{"Config", "Labels", "a.b"}, label, sizeof(label)},
		{{"Config", "Labels", "long"}, tight, sizeof(tight)},
		{{"Image"}, none, sizeof(none)},
		{{"names", JSON_PICK_FIRST}, first, sizeof(first)},
		{{"Name2"}, escaped, sizeof(escaped)},
		{{"Config"}, deep, sizeof(deep)},
		{{"num"}, number, sizeof(number)},
	};
	struct json_reader reader = json_reader(text, strlen(text));

	(void)state;
	assert_true(json_pick(&reader, picks, ARRAY_SIZE(picks)));
	assert_int_equal(json_next(&reader), TOKEN_END);
	assert_string_equal(name, "/web");
	assert_string_equal(image, "demo:1");
	assert_string_equal(label, "c");
	assert_string_equal(tight, "");
	assert_string_equal(none, "-");
	assert_string_equal(first, "first");
	assert_string_equal(escaped, "escaped");
	assert_string_equal(deep, "-");
	assert_string_equal(number, "-");
}

static void items_are_picked_one_after_the_other(void **state)
{
	static const char text[] = "[{\"id\":\"a\"},{\"x\":[1,{}]},7,{\"id\":\"b\"}]";
	struct json_reader reader = json_reader(text, strlen(text));
	char id[8] = "-";
	const struct json_pick pick = {{"id"}, id, sizeof(id)};
	static const char *const expected[] = {"a", "a", "a", "b"};

	(void)state;
	assert_int_equal(json_next(&reader), TOKEN_ARRAY);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_true(json_pick(&reader, &pick, 1));
		assert_string_equal(id, expected[i]);
	}
	assert_false(json_pick(&reader, &pick, 1));
	assert_int_equal(json_next(&reader), TOKEN_END);
}

static void picking_ends_where_json_does(void **state)
{
	static const char *const cases[] = {"", "{", "{\"id\":\"a\"", "{\"id\":\"a\",}",
					    "{\"x\":[1,}"};
	char id[8];
	const struct json_pick pick = {{"id"}, id, sizeof(id)};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_reader reader = json_reader(cases[i], strlen(cases[i]));

		assert_false(json_pick(&reader, &pick, 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_all_kinds_are_read),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(strings_are_picked_by_their_keys),
		cmocka_unit_test(items_are_picked_one_after_the_other),
		cmocka_unit_test(picking_ends_where_json_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
