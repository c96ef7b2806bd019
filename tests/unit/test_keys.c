// SPDX-License-Identifier: MIT
/* Bytes of terminals, as xterm, rxvt, tmux and Linux's console send them -> keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "terminal/keys.h"
#include "unit/random.h"
#include "util/array.h"

#define KEYS_MAX 64

struct taken {
	int keys[KEYS_MAX];
	size_t n;
};

static void take(struct keys *keys, struct taken *taken, const char *bytes, size_t n)
{
	/* Whatever is read behind the end is found by sanitizers. */
	char *copy = malloc(n + 1);
	const char *at = copy + 1;
	int key;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, n);
	while ((key = keys_next(keys, &at, copy + 1 + n)) != KEY_NONE) {
		assert_true(taken->n < KEYS_MAX);
		taken->keys[taken->n++] = key;
	}
	assert_ptr_equal(at, copy + 1 + n);
	free(copy);
}

/* In reads of `size` bytes, and nothing after them. */
static struct taken taken_by(const char *bytes, size_t n, size_t size)
{
	struct keys keys = {0};
	struct taken taken = {0};

	for (size_t i = 0; i < n; i += size)
		take(&keys, &taken, bytes + i, n - i < size ? n - i : size);
	if (keys_are_due(&keys))
		taken.keys[taken.n++] = keys_timeout(&keys);
	assert_false(keys_are_due(&keys));
	assert_int_equal(keys_timeout(&keys), KEY_NONE);
	return taken;
}

/* The bytes give these keys, the last of which is KEY_NONE, and so do they in reads of any size. */
static void assert_keys(const char *bytes, const int *expected)
{
	size_t n = strlen(bytes);

	for (size_t size = 1; size <= n; size++) {
		struct taken taken = taken_by(bytes, n, size);
		size_t i = 0;

		for (; i < taken.n; i++)
			if (taken.keys[i] != expected[i])
				fail_msg("key %zu of \"%s\" by %zu: %x, not %x", i, bytes + 1, size,
					 (unsigned int)taken.keys[i], (unsigned int)expected[i]);
		assert_int_equal(expected[i], KEY_NONE);
	}
}

#define assert_keys_of(bytes, ...) assert_keys(bytes, (const int[]){__VA_ARGS__, KEY_NONE})

static void sequences_in_both_forms_are_keys(void **state)
{
	(void)state;
	assert_keys_of("\033[A\033[B\033[C\033[D", KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT);
	assert_keys_of("\033OA\033OB\033OC\033OD", KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT);
	assert_keys_of("\033[H\033[F\033OH\033OF", KEY_HOME, KEY_END, KEY_HOME, KEY_END);
	assert_keys_of("\033[1~\033[4~\033[7~\033[8~", KEY_HOME, KEY_END, KEY_HOME, KEY_END);
	assert_keys_of("\033[5~\033[6~", KEY_PAGE_UP, KEY_PAGE_DOWN);
	assert_keys_of("\033[1;5A\033[5;2~", KEY_UP, KEY_PAGE_UP);
	assert_keys_of("\r\n\t\b\x7f\033OM", KEY_ENTER, KEY_ENTER, KEY_TAB, KEY_BACKSPACE,
		       KEY_BACKSPACE, KEY_ENTER);
}

static void keys_that_come_together_are_taken_one_by_one(void **state)
{
	(void)state;
	assert_keys_of("/443\rs\003\x1a\x0c", '/', '4', '4', '3', KEY_ENTER, 's', KEY_CTRL('C'),
		       KEY_CTRL('Z'), KEY_CTRL('L'));
	assert_keys_of("jj\033[Bk", 'j', 'j', KEY_DOWN, 'k');
}

static void an_escape_alone_is_a_key(void **state)
{
	(void)state;
	assert_keys_of("\033", KEY_ESCAPE);
	assert_keys_of("\033q", KEY_ESCAPE, 'q');
	assert_keys_of("\033\033", KEY_ESCAPE, KEY_ESCAPE);
	assert_keys_of("\033\033[A", KEY_ESCAPE, KEY_UP);
	assert_keys_of("\033\xc3\xa9", KEY_ESCAPE, 0xe9);
}

static void an_escape_is_waited_for_only_while_it_may_go_on(void **state)
{
	struct keys keys = {0};
	struct taken taken = {0};

	(void)state;
	take(&keys, &taken, "\033", 1);
	assert_int_equal(taken.n, 0);
	assert_true(keys_are_due(&keys));
	take(&keys, &taken, "[", 1);
	take(&keys, &taken, "A", 1);
	assert_int_equal(taken.n, 1);
	assert_int_equal(taken.keys[0], KEY_UP);
	assert_false(keys_are_due(&keys));
}

static void sequences_of_no_key_of_ours_are_swallowed_whole(void **state)
{
	static const char *const unknown[] = {
		"\033[3~",			 /* Delete */
		"\033[15;2~",			 /* F5 with Shift */
		"\033OP",			 /* F1 */
		"\033[[A",			 /* F1 on Linux's console */
		"\033[Z",			 /* Tab with Shift */
		"\033[<0;10;20M",		 /* a mouse */
		"\033[?62;22c",			 /* what terminal it is */
		"\033[?2026;2$y",		 /* which modes it knows */
		"\033[27;5;106~",		 /* modifyOtherKeys */
		"\033[106;5u",			 /* kitty's keyboard */
		"\033[99999999999999999999999~", /* a number without end */
		"\033]11;rgb:0000/0000/0000\033\\",
		"\033]11;rgb:0000/0000/0000\007",
		"\033P1+r544e=787465726d\033\\",
		"\033_Gi=31;OK\033\\",
		"\033[1\x18",
	};
	char bytes[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		strcpy(bytes, unknown[i]);
		strcat(bytes, "q");
		assert_keys_of(bytes, KEY_UNKNOWN, 'q');
	}
	assert_keys_of("\033[", KEY_UNKNOWN);
	assert_keys_of("\033[12\033[A", KEY_UNKNOWN, KEY_UP);
	assert_keys_of("\033]0;x\033[A", KEY_UP);
}

static void characters_are_utf8(void **state)
{
	(void)state;
	assert_keys_of("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x90\xb3", 0xe9, 0x6f22, 0x1f433);
	assert_keys_of("\xc3q", KEY_UNKNOWN, 'q');
	assert_keys_of("\xe6\xbc\033[A", KEY_UNKNOWN, KEY_UP);
	assert_keys_of("\x80\xff", KEY_UNKNOWN, KEY_UNKNOWN);
	assert_keys_of("\xc2\x9bq\xed\xa0\x80q", KEY_UNKNOWN, 'q', KEY_UNKNOWN, 'q');
}

static void what_is_pasted_is_text(void **state)
{
	(void)state;
	assert_keys_of("/\033[200~a\rb\tc\x7f\033[201~\r", '/', 'a', ' ', 'b', ' ', 'c',
		       KEY_UNKNOWN, KEY_ENTER);
	assert_keys_of("\033[200~\003\r", KEY_CTRL('C'), KEY_ENTER);
}

static bool is_key(int key)
{
	return key > 0 && key <= KEY_UNKNOWN && !(key >= 0x7f && key < 0xa0);
}

/* Of any bytes, in pieces of any size, come keys; and then a key that is pressed is that key. */
static void nothing_that_came_before_spoils_a_key(void **state)
{
	static const char bytes[] = "\033\033[[]O?<;0159~A\\\a\xc3\xa9\x80\x18PX^_q$ Mu\r";
	uint64_t seed = 11;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct keys keys = {0};
		struct taken taken = {0};
		char piece[6];

		for (int n = 0; n < 8; n++) {
			size_t len = 1 + next_random(&seed) % sizeof(piece);

			for (size_t b = 0; b < len; b++)
				piece[b] = bytes[next_random(&seed) % (sizeof(bytes) - 1)];
			take(&keys, &taken, piece, len);
		}
		for (size_t n = 0; n < taken.n; n++)
			assert_true(is_key(taken.keys[n]));
		keys_timeout(&keys);
		taken.n = 0;
		take(&keys, &taken, "q\033[A", 4);
		assert_int_equal(taken.n, 2);
		assert_int_equal(taken.keys[0], 'q');
		assert_int_equal(taken.keys[1], KEY_UP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_in_both_forms_are_keys),
		cmocka_unit_test(keys_that_come_together_are_taken_one_by_one),
		cmocka_unit_test(an_escape_alone_is_a_key),
		cmocka_unit_test(an_escape_is_waited_for_only_while_it_may_go_on),
		cmocka_unit_test(sequences_of_no_key_of_ours_are_swallowed_whole),
		cmocka_unit_test(characters_are_utf8),
		cmocka_unit_test(what_is_pasted_is_text),
		cmocka_unit_test(nothing_that_came_before_spoils_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
