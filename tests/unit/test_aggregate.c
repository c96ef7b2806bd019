// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/counts.h"
#include "aggregate/groups.h"
#include "aggregate/histogram.h"
#include "aggregate/texts.h"
#include "unit/random.h"
#include "util/array.h"
#include "util/cleanup.h"

static const struct event plain = {
	.kind = EVENT_CONNECT,
	.has = EVENT_HAS_PROCESS | EVENT_HAS_CGROUP,
	.pid = 7,
	.process_start_ns = 70,
	.uid = 1000,
	.cgroup_id = 5,
	.comm = "curl",
	.family = 4,
	.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
};

/* Keys */

static bool same_key(const struct event *a, const struct event *b, unsigned int by)
{
	struct key x, y;

	key_of(&x, a, by);
	key_of(&y, b, by);
	return !memcmp(&x, &y, sizeof(x));
}

static void keys_differ_only_by_what_is_asked_for(void **state)
{
	struct event other = plain;

	(void)state;
	other.pid = 8;
	assert_true(same_key(&plain, &other, BY_PROCESS | BY_DST | BY_PORT | BY_USER | BY_CGROUP));
	assert_false(same_key(&plain, &other, BY_PID));
	other.dst.port = 80;
	assert_true(same_key(&plain, &other, BY_DST | BY_USER));
	assert_false(same_key(&plain, &other, BY_PORT));
	other.uid = 0;
	assert_false(same_key(&plain, &other, BY_USER));
	other.cgroup_id = 6;
	assert_false(same_key(&plain, &other, BY_CGROUP));
	other.dst.addr[15]++;
	assert_false(same_key(&plain, &other, BY_DST));
	assert_true(same_key(&plain, &other, 0));
}

static void a_pid_used_again_is_another_process(void **state)
{
	struct event again = plain;

	(void)state;
	again.process_start_ns++;
	assert_false(same_key(&plain, &again, BY_PID));
	assert_true(same_key(&plain, &again, BY_PROCESS));
}

static void what_stands_behind_a_name_is_not_part_of_it(void **state)
{
	struct event other = plain;

	(void)state;
	other.comm[6] = 'x';
	assert_true(same_key(&plain, &other, BY_PROCESS | BY_PID));
	other.comm[4] = 'x';
	assert_false(same_key(&plain, &other, BY_PROCESS));
}

static void an_unknown_process_is_one_of_its_own(void **state)
{
	struct event root = {.has = EVENT_HAS_PROCESS}, unknown = {0};

	(void)state;
	assert_false(same_key(&root, &unknown, BY_PROCESS));
	assert_false(same_key(&root, &unknown, BY_PID));
	assert_false(same_key(&root, &unknown, BY_USER));
	assert_true(same_key(&root, &unknown, BY_DST | BY_PORT));
}

static void an_unknown_cgroup_is_one_of_its_own(void **state)
{
	struct event unknown = plain;

	(void)state;
	unknown.has = 0;
	assert_false(same_key(&plain, &unknown, BY_CGROUP));
}

static void names_of_by_are_found(void **state)
{
	(void)state;
	assert_int_equal(by_find("process"), BY_PROCESS);
	assert_int_equal(by_find("pid"), BY_PID);
	assert_int_equal(by_find("dst"), BY_DST);
	assert_int_equal(by_find("port"), BY_PORT);
	assert_int_equal(by_find("user"), BY_USER);
	assert_int_equal(by_find("cgroup"), BY_CGROUP);
	assert_int_equal(by_find("exe"), BY_EXE);
	assert_int_equal(by_find("container"), BY_CONTAINER);
	assert_int_equal(by_find("unit"), BY_UNIT);
	assert_int_equal(by_find("dst "), 0);
	assert_int_equal(by_find(""), 0);
}

/* Groups */

static struct groups *groups_of(unsigned int by, size_t max)
{
	struct groups *groups;

	assert_int_equal(groups_new(by, sizeof(struct counts), max, &groups), 0);
	return groups;
}

static void add(struct groups *groups, enum event_kind kind, uint16_t port)
{
	struct event event = plain;

	event.kind = kind;
	event.dst.port = port;
	counts_add(groups_value(groups, &event), &event);
}

static const struct group **sorted(const struct groups *groups, size_t *n)
{
	const struct group **ret;

	assert_int_equal(groups_sorted(groups, counts_compare, &ret, n), 0);
	return ret;
}

static void groups_are_sorted_by_attempts_then_results_then_key(void **state)
{
	struct groups *groups = groups_of(BY_PORT, 100);
	_cleanup_free_ const struct group **all = NULL;
	size_t n;

	(void)state;
	add(groups, EVENT_CONNECT, 30);
	add(groups, EVENT_CONNECT, 20);
	add(groups, EVENT_CONNECT, 40);
	add(groups, EVENT_ESTABLISHED, 40);
	add(groups, EVENT_CONNECT, 50);
	add(groups, EVENT_CONNECT, 50);
	all = sorted(groups, &n);
	assert_int_equal(n, 4);
	assert_int_equal(all[0]->key.port, 50);
	assert_int_equal(all[1]->key.port, 40);
	assert_int_equal(all[2]->key.port, 20);
	assert_int_equal(all[3]->key.port, 30);
	groups_free(groups);
}

static void counts_have_the_same_order_from_both_sides(void **state)
{
	const struct counts few = {.attempts = 1}, many = {.attempts = 2, .established = 0},
			    more = {.attempts = 2, .established = 1};

	(void)state;
	assert_true(counts_compare(&many, &few) < 0);
	assert_true(counts_compare(&few, &many) > 0);
	assert_true(counts_compare(&more, &many) < 0);
	assert_true(counts_compare(&many, &more) > 0);
	assert_int_equal(counts_compare(&many, &many), 0);
}

static void what_finds_no_room_is_counted_as_other_and_comes_last(void **state)
{
	struct groups *groups = groups_of(BY_PORT, 3);
	_cleanup_free_ const struct group **all = NULL;
	const struct counts *other;
	uint64_t attempts = 0;
	size_t n;

	(void)state;
	for (uint16_t port = 1; port <= 100; port++)
		add(groups, EVENT_CONNECT, port);
	add(groups, EVENT_CONNECT, 2);
	all = sorted(groups, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		attempts += ((const struct counts *)all[i]->value)->attempts;
	assert_int_equal(attempts, 101);
	assert_int_equal(all[0]->key.port, 2);
	assert_true(all[3]->other);
	other = all[3]->value;
	assert_int_equal(other->attempts, 97);
	groups_free(groups);
}

static void cleared_groups_are_as_new(void **state)
{
	struct groups *groups = groups_of(BY_PORT, 1);
	_cleanup_free_ const struct group **none = NULL, **all = NULL;
	size_t n;

	(void)state;
	add(groups, EVENT_CONNECT, 1);
	add(groups, EVENT_CONNECT, 2);
	groups_clear(groups);
	none = sorted(groups, &n);
	assert_non_null(none);
	assert_int_equal(n, 0);
	add(groups, EVENT_CONNECT, 2);
	all = sorted(groups, &n);
	assert_int_equal(n, 1);
	assert_int_equal(all[0]->key.port, 2);
	assert_int_equal(((const struct counts *)all[0]->value)->attempts, 1);
	groups_free(groups);
}

static void a_group_knows_its_process_as_long_as_it_is_one(void **state)
{
	struct groups *groups = groups_of(BY_PROCESS, 10);
	_cleanup_free_ const struct group **all = NULL;
	struct event again = plain;
	size_t n;

	(void)state;
	groups_value(groups, &plain);
	groups_value(groups, &plain);
	all = sorted(groups, &n);
	assert_int_equal(all[0]->process.pid, 7);
	assert_false(all[0]->process.several);
	again.process_start_ns++;
	groups_value(groups, &again);
	assert_true(all[0]->process.several);
	groups_free(groups);
}

/* Texts */

static void add_by(struct groups *groups, const struct image *image, const struct cgroup *cgroup)
{
	struct event event = plain;

	event.image = image;
	event.cgroup = cgroup;
	counts_add(groups_value(groups, &event), &event);
}

static void same(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(!a && !b);
}

/* The texts of a key by these bits, in the order of enum key_text. */
static void assert_key_texts(const struct event *event, unsigned int by,
			     const char *const expected[KEY_TEXTS])
{
	for (enum key_text i = 0; i < KEY_TEXTS; i++)
		same(key_text(event, by, i), expected[i]);
}

static void keys_have_the_texts_that_are_asked_for_and_known(void **state)
{
	const unsigned int all = BY_EXE | BY_CONTAINER | BY_UNIT | BY_CGROUP;
	const struct image curl = {.exe = "/curl"}, tail = {.exe_tail = "t"},
			   memory = {.memfd = ""};
	const struct cgroup docker = {
		.path = "/p", .container_id = "id", .container_name = "web", .unit = "u"};
	const struct cgroup lxc = {.container_name = "lxc"};
	struct event event = {.image = &curl, .cgroup = &docker};

	(void)state;
	assert_key_texts(&event, 0, (const char *[KEY_TEXTS]){NULL});
	assert_key_texts(&event, all,
			 (const char *[KEY_TEXTS]){"/curl", NULL, NULL, "id", NULL, "u", "/p"});
	assert_key_texts(&event, BY_EXE, (const char *[KEY_TEXTS]){"/curl"});
	assert_key_texts(&event, BY_CONTAINER,
			 (const char *[KEY_TEXTS]){[TEXT_OF_CONTAINER_ID] = "id"});
	assert_key_texts(&event, BY_UNIT, (const char *[KEY_TEXTS]){[TEXT_OF_UNIT] = "u"});
	assert_key_texts(&event, BY_CGROUP, (const char *[KEY_TEXTS]){[TEXT_OF_CGROUP] = "/p"});
	event = (struct event){.image = &tail, .cgroup = &lxc};
	assert_key_texts(&event, all,
			 (const char *[KEY_TEXTS]){
				 [TEXT_OF_EXE_TAIL] = "t", [TEXT_OF_CONTAINER_NAME] = "lxc"});
	event = (struct event){.image = &memory};
	assert_key_texts(&event, all, (const char *[KEY_TEXTS]){[TEXT_OF_MEMFD] = ""});
	event.image = NULL;
	assert_key_texts(&event, all, (const char *[KEY_TEXTS]){NULL});
}

/* In the order of their bytes, whichever was answered last. */
static void keys_have_the_names_that_are_asked_for_and_known(void **state)
{
	const struct dns_names names = {DNS_FROM_PROCESS, 3, {"c", "a", "b"}};
	struct event event = {.names = &names};

	(void)state;
	assert_key_texts(&event, ~(unsigned int)BY_NAME, (const char *[KEY_TEXTS]){NULL});
	assert_key_texts(&event, BY_NAME,
			 (const char *[KEY_TEXTS]){[TEXT_OF_NAME] = "a",
						   [TEXT_OF_NAME + 1] = "b",
						   [TEXT_OF_NAME + 2] = "c"});
	event.names = NULL;
	assert_key_texts(&event, BY_NAME, (const char *[KEY_TEXTS]){NULL});
}

/* What tells groups apart by name is what is shown of it. */
static void one_certain_name_makes_one_group_whoever_was_answered(void **state)
{
	static const struct dns_names all_names[] = {
		{DNS_FROM_PROCESS, 1, {"a"}},	   {DNS_FROM_PARENT, 1, {"a"}},
		{DNS_FROM_HOST, 1, {"a"}},	   {DNS_FROM_PROCESS, 2, {"a", "b"}},
		{DNS_FROM_PROCESS, 2, {"b", "a"}}, {DNS_FROM_PARENT, 2, {"a", "b"}},
	};
	struct groups *groups = groups_of(BY_NAME, 10);
	_cleanup_free_ const struct group **all = NULL;
	struct event event = plain;
	struct dns_names names;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_names); i++) {
		event.names = &all_names[i];
		event.dst.addr[15] = (uint8_t)i;
		counts_add(groups_value(groups, &event), &event);
	}
	event.names = NULL;
	counts_add(groups_value(groups, &event), &event);
	all = sorted(groups, &n);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		const struct counts *counts = all[i]->value;
		bool any = group_names(all[i], &names);

		assert_int_equal(counts->attempts,
				 any && (dns_names_sure(&names) ||
					 (names.n == 2 && names.source == DNS_FROM_PROCESS))
					 ? 2
					 : 1);
	}
	groups_free(groups);
}

static void equal_texts_make_one_group_wherever_they_lie(void **state)
{
	char path[] = "/usr/bin/curl";
	const struct image curl = {.exe = "/usr/bin/curl"}, again = {.exe = path};
	const struct image tail = {.exe_tail = "/usr/bin/curl"}, memory = {.memfd = path};
	struct groups *groups = groups_of(BY_EXE, 10);
	_cleanup_free_ const struct group **all = NULL;
	size_t n;

	(void)state;
	for (int i = 0; i < 3; i++)
		add_by(groups, &curl, NULL);
	add_by(groups, &again, NULL);
	add_by(groups, &tail, NULL);
	add_by(groups, &tail, NULL);
	add_by(groups, NULL, NULL);
	memset(path, 'x', sizeof(path) - 1); /* a group has copies */
	add_by(groups, &memory, NULL);
	all = sorted(groups, &n);
	assert_int_equal(n, 4);
	same(all[0]->texts[TEXT_OF_EXE], "/usr/bin/curl");
	assert_int_equal(((const struct counts *)all[0]->value)->attempts, 4);
	same(all[1]->texts[TEXT_OF_EXE], NULL);
	same(all[1]->texts[TEXT_OF_EXE_TAIL], "/usr/bin/curl");
	for (enum key_text i = 0; i < KEY_TEXTS; i++)
		same(all[2]->texts[i], NULL);
	same(all[3]->texts[TEXT_OF_MEMFD], "xxxxxxxxxxxxx");
	groups_free(groups);
}

/* As a unit is started again. */
static void cgroups_of_one_path_are_one_group_of_several(void **state)
{
	static const struct cgroup here = {.path = "/a"}, there = {.path = "/b"};
	struct groups *groups = groups_of(BY_CGROUP, 10);
	_cleanup_free_ const struct group **all = NULL;
	struct event event = plain;
	size_t n;

	(void)state;
	event.cgroup = &here;
	for (int i = 0; i < 4; i++, event.cgroup_id += i == 3)
		counts_add(groups_value(groups, &event), &event);
	event.cgroup = &there;
	for (int i = 0; i < 2; i++)
		counts_add(groups_value(groups, &event), &event);
	add_by(groups, NULL, NULL);
	all = sorted(groups, &n);
	assert_int_equal(n, 3);
	same(all[0]->texts[TEXT_OF_CGROUP], "/a");
	assert_true(all[0]->cgroup.several);
	same(all[1]->texts[TEXT_OF_CGROUP], "/b");
	assert_false(all[1]->cgroup.several);
	assert_int_equal(all[1]->cgroup.id, 6);
	assert_int_equal(all[1]->key.cgroup_id, 0);
	same(all[2]->texts[TEXT_OF_CGROUP], NULL);
	assert_int_equal(all[2]->key.cgroup_id, 5);
	groups_free(groups);
}

/* What has no group of its own leaves no text behind, and its parts may be those of others. */
static void texts_are_bounded_as_groups_are(void **state)
{
	struct groups *groups = groups_of(BY_EXE | BY_UNIT, 2);
	_cleanup_free_ const struct group **all = NULL;
	char path[16], unit[16];
	const struct image image = {.exe = path};
	const struct cgroup cgroup = {.unit = unit};
	size_t n;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/%d", i / 2 % 3);
		snprintf(unit, sizeof(unit), "%d", i % 6);
		add_by(groups, &image, &cgroup);
	}
	all = sorted(groups, &n);
	assert_int_equal(n, 3);
	assert_true(all[2]->other);
	assert_int_equal(((const struct counts *)all[0]->value)->attempts, 167);
	assert_int_equal(((const struct counts *)all[1]->value)->attempts, 167);
	assert_int_equal(((const struct counts *)all[2]->value)->attempts, 666);
	groups_clear(groups);
	add_by(groups, &image, &cgroup);
	free(all);
	all = sorted(groups, &n);
	assert_int_equal(n, 1);
	assert_int_equal(all[0]->key.texts[TEXT_OF_EXE], 1);
	groups_free(groups);
}

static void texts_have_one_number_each(void **state)
{
	struct texts texts = {0};
	char copy[] = "b";

	(void)state;
	assert_null(texts_find(&texts, "a"));
	assert_int_equal(texts_add(&texts, "a")->number, 1);
	assert_int_equal(texts_add(&texts, "b")->number, 2);
	assert_int_equal(texts_add(&texts, "")->number, 3);
	assert_ptr_equal(texts_add(&texts, copy), texts_find(&texts, "b"));
	assert_int_equal(texts_find(&texts, copy)->number, 2);
	assert_string_equal(texts_find(&texts, "")->text, "");
	assert_null(texts_find(&texts, "ab"));
	texts_clear(&texts);
	assert_null(texts_find(&texts, "a"));
	assert_int_equal(texts_add(&texts, "c")->number, 1);
	texts_clear(&texts);
}

/* Counts */

static void events_are_counted_by_their_kind(void **state)
{
	struct counts counts = {0};
	struct event event = plain;

	(void)state;
	for (int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		event.kind = kind;
		event.error = kind == EVENT_FAILED ? ECONNREFUSED : 0;
		counts_add(&counts, &event);
	}
	assert_int_equal(counts.attempts, 1);
	assert_int_equal(counts.established, 1);
	assert_int_equal(counts.failed, 1);
	assert_int_equal(counts.cancelled, 1);
	assert_int_equal(counts_events(&counts), 4);
	assert_int_equal(counts.errors[0].error, ECONNREFUSED);
	assert_int_equal(counts.errors[0].n, 1);
	assert_int_equal(counts.errors[1].n, 0);
	event.kind = EVENT_FAILED;
	event.error = EACCES;
	event.repeated = 41;
	counts_add(&counts, &event);
	assert_int_equal(counts.failed, 43);
	assert_int_equal(counts.errors[1].error, EACCES);
	assert_int_equal(counts.errors[1].n, 42);
}

static void errors_sum_up_to_failed_also_when_there_are_too_many_kinds(void **state)
{
	struct counts counts = {0};
	struct event event = plain;
	uint64_t sum = 0;

	(void)state;
	event.kind = EVENT_FAILED;
	for (int i = 0; i < 60; i++) {
		event.error = (uint16_t)(1 + i % 20);
		counts_add(&counts, &event);
	}
	for (int i = 0; i <= COUNTS_ERRORS; i++)
		sum += counts.errors[i].n;
	assert_int_equal(counts.failed, 60);
	assert_int_equal(sum, 60);
	assert_int_equal(counts.errors[COUNTS_ERRORS].error, 0);
	assert_int_equal(counts.errors[COUNTS_ERRORS].n, 60 - 3 * COUNTS_ERRORS);
}

/* Histograms */

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Nearest rank: the least value that at least so many per cent do not exceed. */
static uint64_t true_percentile(const uint64_t *sorted_values, size_t n, unsigned int percent)
{
	return sorted_values[(n * percent + 99) / 100 - 1];
}

static void percentiles_bound_the_truth_within_a_sixteenth(void **state)
{
	static struct histogram histogram;
	static uint64_t values[5000];
	uint64_t seed = 1;

	(void)state;
	for (size_t n = 1; n <= 5000; n = n * 3 + 1) {
		memset(&histogram, 0, sizeof(histogram));
		for (size_t i = 0; i < n; i++) {
			/* All magnitudes from 1 us to an hour alike. */
			values[i] = 1000 +
				    (random_bits(&seed, 44) >> (4 + random_bits(&seed, 44) % 40)) %
					    2000000000000;
			histogram_add(&histogram, values[i]);
		}
		qsort(values, n, sizeof(values[0]), by_value);
		assert_int_equal(histogram.min_ns, values[0]);
		assert_int_equal(histogram.max_ns, values[n - 1]);
		for (unsigned int percent = 1; percent <= 100; percent++) {
			uint64_t truth = true_percentile(values, n, percent);
			uint64_t bound = histogram_percentile(&histogram, percent);

			assert_true(bound >= truth);
			assert_true(bound <= truth + truth / 16 + 1);
		}
	}
}

static void edges_fall_into_the_right_row(void **state)
{
	struct histogram histogram;

	(void)state;
	for (unsigned int row = 1; row < HISTOGRAM_OCTAVES; row++) {
		uint64_t edge_ns = (1ull << row) * 1000;

		memset(&histogram, 0, sizeof(histogram));
		histogram_add(&histogram, edge_ns - 1);
		histogram_add(&histogram, edge_ns);
		assert_int_equal(histogram_row(&histogram, row - 1), 1);
		assert_int_equal(histogram_row(&histogram, row), 1);
		/* The upper edge of the lower one's bucket is the last ns below. */
		assert_int_equal(histogram_percentile(&histogram, 50), edge_ns - 1);
		assert_int_equal(histogram_percentile(&histogram, 100), edge_ns);
	}
}

static void extremes_are_kept(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	assert_int_equal(histogram_percentile(&histogram, 50), 0);
	histogram_add(&histogram, 0);
	histogram_add(&histogram, UINT64_MAX);
	assert_int_equal(histogram.n, 2);
	assert_int_equal(histogram.min_ns, 0);
	assert_int_equal(histogram.max_ns, UINT64_MAX);
	assert_int_equal(histogram_row(&histogram, 0), 1);
	assert_int_equal(histogram_row(&histogram, HISTOGRAM_OCTAVES - 1), 1);
	assert_true(histogram_percentile(&histogram, 99) == UINT64_MAX);
	assert_true(histogram_percentile(&histogram, 1) < 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_differ_only_by_what_is_asked_for),
		cmocka_unit_test(a_pid_used_again_is_another_process),
		cmocka_unit_test(what_stands_behind_a_name_is_not_part_of_it),
		cmocka_unit_test(an_unknown_process_is_one_of_its_own),
		cmocka_unit_test(an_unknown_cgroup_is_one_of_its_own),
		cmocka_unit_test(names_of_by_are_found),
		cmocka_unit_test(groups_are_sorted_by_attempts_then_results_then_key),
		cmocka_unit_test(counts_have_the_same_order_from_both_sides),
		cmocka_unit_test(what_finds_no_room_is_counted_as_other_and_comes_last),
		cmocka_unit_test(cleared_groups_are_as_new),
		cmocka_unit_test(a_group_knows_its_process_as_long_as_it_is_one),
		cmocka_unit_test(keys_have_the_texts_that_are_asked_for_and_known),
		cmocka_unit_test(keys_have_the_names_that_are_asked_for_and_known),
		cmocka_unit_test(one_certain_name_makes_one_group_whoever_was_answered),
		cmocka_unit_test(equal_texts_make_one_group_wherever_they_lie),
		cmocka_unit_test(cgroups_of_one_path_are_one_group_of_several),
		cmocka_unit_test(texts_are_bounded_as_groups_are),
		cmocka_unit_test(texts_have_one_number_each),
		cmocka_unit_test(events_are_counted_by_their_kind),
		cmocka_unit_test(errors_sum_up_to_failed_also_when_there_are_too_many_kinds),
		cmocka_unit_test(percentiles_bound_the_truth_within_a_sixteenth),
		cmocka_unit_test(edges_fall_into_the_right_row),
		cmocka_unit_test(extremes_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
