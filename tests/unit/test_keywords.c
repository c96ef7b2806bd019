// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/keywords.h"

static const char *list(size_t i)
{
	static const char *const words[] = {"port", "pid", "connect", "established", "close"};

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

static const char *none(size_t i)
{
	(void)i;
	return NULL;
}

static void words_are_found_as_they_are_written(void **state)
{
	(void)state;
	assert_int_equal(keyword_find(list, "port"), 0);
	assert_int_equal(keyword_find(list, "close"), 4);
	assert_int_equal(keyword_find(list, "Port"), -ENOENT);
	assert_int_equal(keyword_find(list, "por"), -ENOENT);
	assert_int_equal(keyword_find(list, ""), -ENOENT);
	assert_int_equal(keyword_find(none, "port"), -ENOENT);
}

static void the_nearest_word_is_a_slip_or_two_away(void **state)
{
	static const struct {
		const char *typed, *nearest;
	} cases[] = {
		{"prot", "port"},	       /* two letters swapped, */
		{"oprt", "port"},	       /* the first two, */
		{"potr", "port"},	       /* the last two */
		{"por", "port"},	       /* one missing */
		{"portt", "port"},	       /* one too many */
		{"pott", "port"},	       /* one wrong */
		{"PORT", "port"},	       /* case */
		{"est", "established"},	       /* the beginning alone */
		{"conect", "connect"},	       /* longer words, */
		{"cnnoect", "connect"},	       /* two letters swapped */
		{"estabilshd", "established"}, /* two slips */
		{"pdi", "pid"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *nearest = keyword_nearest(list, cases[i].typed);

		if (!nearest || strcmp(nearest, cases[i].nearest))
			fail_msg("%s: %s", cases[i].typed, nearest ? nearest : "nothing");
	}
}

static void what_is_too_far_is_near_nothing(void **state)
{
	static const char *const typed[] = {"", "p", "xy", "trop", "listen", "poort-s", "co"};
	char longest[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++)
		if (keyword_nearest(list, typed[i]))
			fail_msg("%s: %s", typed[i], keyword_nearest(list, typed[i]));
	memset(longest, 'p', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	assert_null(keyword_nearest(list, longest));
	assert_null(keyword_nearest(none, "port"));
}

static void words_are_joined_as_far_as_there_is_room(void **state)
{
	char out[64], little[8];

	(void)state;
	keywords_join(list, out, sizeof(out));
	assert_string_equal(out, "port, pid, connect, established and close");
	keywords_join(list, little, sizeof(little));
	assert_string_equal(little, "port, p");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_as_they_are_written),
		cmocka_unit_test(the_nearest_word_is_a_slip_or_two_away),
		cmocka_unit_test(what_is_too_far_is_near_nothing),
		cmocka_unit_test(words_are_joined_as_far_as_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
