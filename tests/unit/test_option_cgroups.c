// SPDX-License-Identifier: MIT
/* --cgroup, with cgroups that are not this host's: cgroup_find() is here, and not util/cgroup.c's.
 */
#include "unit/parsed.h"
#include "util/cgroup.h"

/* "a" to "z" are there, with ids from 1 and as deep as they say; the rest is not. */
int cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_level)
{
	if (!strcmp(path, "unmounted"))
		return -ENODEV;
	if (strlen(path) != 1 || *path < 'a' || *path > 'z')
		return -ENOENT;
	*ret_id = (uint64_t)(*path - 'a') + 1;
	*ret_level = *path % 3u;
	return 0;
}

static const struct config *config_of(const struct options *options)
{
	return &options->request.config;
}

static void one_is_named(void **state)
{
	const struct config *config = config_of(good("--cgroup", "b"));

	(void)state;
	assert_int_equal(config->filter_cgroup, FILTER_NAMED);
	assert_int_equal(config->n_cgroups, 1);
	assert_int_equal(config->cgroups[0].id, 2);
	assert_int_equal(config->cgroups[0].level, 'b' % 3);
	assert_false(config->cgroups[0].left_out);
	assert_int_equal(config_of(good())->filter_cgroup, FILTER_UNUSED);
}

static void one_is_left_out(void **state)
{
	const struct config *config = config_of(good("--cgroup", "!c"));

	(void)state;
	assert_int_equal(config->filter_cgroup, FILTER_OTHERS);
	assert_int_equal(config->n_cgroups, 1);
	assert_int_equal(config->cgroups[0].id, 3);
	assert_true(config->cgroups[0].left_out);
}

/* The kernel side takes the first that fits. */
static void those_left_out_come_first_and_are_named_no_more(void **state)
{
	const struct config *config = config_of(good("--cgroup", "a", "--cgroup", "!b", "--cgroup",
						     "b", "--cgroup", "c", "--cgroup", "!d"));
	static const uint64_t ids[] = {2, 4, 1, 3};

	(void)state;
	assert_int_equal(config->filter_cgroup, FILTER_NAMED);
	assert_int_equal(config->n_cgroups, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(config->cgroups[i].id, ids[i]);
		assert_int_equal(config->cgroups[i].left_out, i < 2);
	}
	/* What is behind them names nothing. */
	assert_int_equal(config->cgroups[4].id, 0);
}

static void what_names_nothing_is_refused(void **state)
{
	(void)state;
	assert_says(bad("--cgroup", "a", "--cgroup", "!a"),
		    "--cgroup leaves out all that it names");
	assert_says(bad("--cgroup", "nosuch"), "cannot find the cgroup nosuch: No such file");
	assert_says(bad("--cgroup", "unmounted"), "cgroup v2 is not mounted; run: mount");
}

static void there_is_room_for_so_many(void **state)
{
	const char *words[2 * CGROUPS_MAX + 5] = {0};
	char names[CGROUPS_MAX + 1][2];

	(void)state;
	for (int i = 0; i <= CGROUPS_MAX; i++) {
		names[i][0] = (char)('a' + i % 26);
		names[i][1] = '\0';
		words[2 * i] = "--cgroup";
		words[2 * i + 1] = names[i];
	}
	assert_says(bad_words(words), "cgroups can be named");
	words[2 * (size_t)CGROUPS_MAX] = NULL;
	assert_int_equal(config_of(good_words(words))->n_cgroups, CGROUPS_MAX);
	/* Ports lie behind the cgroups, and this one looks like a cgroup that is left out. */
	words[2 * (size_t)CGROUPS_MAX] = "-P";
	words[2 * (size_t)CGROUPS_MAX + 1] = "100";
	assert_int_equal(config_of(good_words(words))->n_cgroups, CGROUPS_MAX);
	assert_int_equal(config_of(good_words(words))->cgroups[0].id, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(one_is_named),
		row(one_is_left_out),
		row(those_left_out_come_first_and_are_named_no_more),
		row(what_names_nothing_is_refused),
		row(there_is_room_for_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
