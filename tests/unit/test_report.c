// SPDX-License-Identifier: MIT
/* What a report is made of: pairs, the picture's layout, what a record says of itself, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/facts.h"
#include "report/sketch.h"
#include "report/words.h"
#include "unit/random.h"

static struct event event_of(enum event_kind kind, unsigned int process, unsigned int destination)
{
	struct event event = {
		.kind = kind,
		.has = EVENT_HAS_PROCESS,
		.family = 4,
		.dst = {.addr = {[10] = 0xff,
				 0xff,
				 10,
				 0,
				 (uint8_t)(destination >> 8),
				 (uint8_t)destination},
			.port = 443},
	};

	snprintf(event.comm, sizeof(event.comm), "p%u", process);
	return event;
}

static void add(struct pairings *pairs, enum event_kind kind, unsigned int process,
		unsigned int destination)
{
	struct event event = event_of(kind, process, destination);

	assert_int_equal(pairings_add(pairs, &event), 0);
}

static void what_failed_comes_first(void **state)
{
	const struct pair *const *sorted;
	struct pairings *pairs;
	size_t n;

	(void)state;
	assert_int_equal(pairings_new(&pairs), 0);
	for (int i = 0; i < 9; i++)
		add(pairs, EVENT_ESTABLISHED, 1, 1);
	add(pairs, EVENT_ESTABLISHED, 2, 1);
	add(pairs, EVENT_CANCELLED, 2, 1);
	add(pairs, EVENT_FAILED, 3, 1);
	add(pairs, EVENT_CONNECT, 4, 1);
	assert_int_equal(pairings_sorted(pairs, &sorted, &n), 0);
	assert_int_equal(n, 4);
	assert_string_equal(sorted[0]->who->name, "p3");
	assert_int_equal(tally_outcome(&sorted[0]->tally), OUTCOME_FAILED);
	assert_string_equal(sorted[1]->who->name, "p2");
	assert_int_equal(tally_outcome(&sorted[1]->tally), OUTCOME_MIXED);
	assert_string_equal(sorted[2]->who->name, "p4");
	assert_int_equal(tally_outcome(&sorted[2]->tally), OUTCOME_NOTHING);
	assert_int_equal(tally_attempts(&sorted[2]->tally), 1);
	assert_string_equal(sorted[3]->who->name, "p1");
	assert_string_equal(sorted[3]->where->name, "10.0.0.1");
	assert_string_equal(sorted[3]->where->place, "443");
	assert_int_equal(tally_attempts(&sorted[3]->tally), 9);
	pairings_free(pairs);
}

/* An attempt has up to three events, of which a record need not have all. */
static void an_attempt_is_counted_once(void **state)
{
	const struct pair *const *sorted;
	struct event repeated = event_of(EVENT_FAILED, 2, 1);
	struct pairings *pairs;
	size_t n;

	(void)state;
	assert_int_equal(pairings_new(&pairs), 0);
	add(pairs, EVENT_CONNECT, 1, 1);
	add(pairs, EVENT_ESTABLISHED, 1, 1);
	add(pairs, EVENT_CLOSE, 1, 1);
	add(pairs, EVENT_CLOSE, 1, 2);
	repeated.repeated = 41;
	repeated.error = 111;
	assert_int_equal(pairings_add(pairs, &repeated), 0);
	assert_int_equal(pairings_sorted(pairs, &sorted, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(tally_failures(&sorted[0]->tally), 42);
	assert_int_equal(sorted[0]->tally.counts.errors[0].n, 42);
	for (size_t i = 1; i < n; i++) {
		assert_int_equal(tally_attempts(&sorted[i]->tally), 1);
		assert_int_equal(tally_established(&sorted[i]->tally), 1);
	}
	pairings_free(pairs);
}

static void assert_same(const struct sketch_side *a, const struct sketch_side *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(!a->nodes[i].node, !b->nodes[i].node);
		if (a->nodes[i].node)
			assert_string_equal(a->nodes[i].node->name, b->nodes[i].node->name);
		assert_int_equal(tally_attempts(&a->nodes[i].tally),
				 tally_attempts(&b->nodes[i].tally));
	}
}

/* Whatever the order of the pairs: and 40 a side, then the others. */
static void a_layout_depends_on_the_pairs_alone(void **state)
{
	const struct pair *const *sorted;
	const struct pair **shuffled;
	struct sketch *first, *other;
	struct pairings *pairs;
	uint64_t seed = 1, sum = 0;
	size_t n;

	(void)state;
	assert_int_equal(pairings_new(&pairs), 0);
	for (unsigned int i = 0; i < 4000; i++)
		add(pairs, EVENT_ESTABLISHED, next_random(&seed) % 60, next_random(&seed) % 90);
	assert_int_equal(pairings_sorted(pairs, &sorted, &n), 0);
	assert_int_equal(sketch_new(sorted, n, NULL, &first), 0);
	assert_int_equal(first->who.n, SKETCH_SIDE);
	assert_int_equal(first->who.nodes[SKETCH_NODES].n, 20);
	assert_int_equal(first->where.nodes[SKETCH_NODES].n, 50);
	for (size_t i = 0; i < SKETCH_SIDE; i++)
		for (size_t j = 0; j < SKETCH_SIDE; j++)
			sum += tally_attempts(&first->curves[i][j]);
	assert_int_equal(sum, 4000);
	shuffled = calloc(n, sizeof(*shuffled));
	assert_non_null(shuffled);
	for (size_t i = 0; i < n; i++) {
		size_t j = next_random(&seed) % (i + 1);

		shuffled[i] = shuffled[j];
		shuffled[j] = sorted[i];
	}
	assert_int_equal(sketch_new(shuffled, n, NULL, &other), 0);
	assert_same(&first->who, &other->who);
	assert_same(&first->where, &other->where);
	assert_memory_equal(first->pairs, other->pairs, sizeof(first->pairs));
	free(shuffled);
	free(first);
	free(other);
	pairings_free(pairs);
}

/* What has no pair of its own has one place on each side, behind those that are there. */
static void others_have_the_place_behind_the_last(void **state)
{
	const struct tally others = {.counts = {.attempts = 7}};
	const struct pair *const *sorted;
	struct pairings *pairs;
	struct sketch *sketch;
	size_t n;

	(void)state;
	assert_int_equal(pairings_new(&pairs), 0);
	add(pairs, EVENT_CONNECT, 1, 1);
	add(pairs, EVENT_CONNECT, 1, 2);
	assert_int_equal(pairings_sorted(pairs, &sorted, &n), 0);
	assert_int_equal(sketch_new(sorted, n, &others, &sketch), 0);
	assert_int_equal(sketch->who.n, 2);
	assert_int_equal(sketch->where.n, 3);
	assert_null(sketch->who.nodes[1].node);
	assert_null(sketch->where.nodes[2].node);
	assert_int_equal(tally_attempts(&sketch->curves[1][2]), 7);
	assert_int_equal(sketch->pairs[1][2], 1);
	free(sketch);
	assert_int_equal(sketch_new(NULL, 0, &others, &sketch), 0);
	assert_int_equal(sketch->who.n, 1);
	assert_int_equal(tally_attempts(&sketch->curves[0][0]), 7);
	free(sketch);
	pairings_free(pairs);
}

static void deferred_handshakes_are_not_the_slowest(void **state)
{
	struct event event = event_of(EVENT_ESTABLISHED, 1, 1);
	const struct pair *const *sorted;
	struct pairings *pairs;
	size_t n;

	(void)state;
	assert_int_equal(pairings_new(&pairs), 0);
	event.has |= EVENT_HAS_LATENCY;
	event.latency_ns = 5;
	assert_int_equal(pairings_add(pairs, &event), 0);
	event.deferred = true;
	event.latency_ns = 30 * 1000000000ull;
	assert_int_equal(pairings_add(pairs, &event), 0);
	assert_int_equal(pairings_sorted(pairs, &sorted, &n), 0);
	assert_int_equal(sorted[0]->tally.slowest_ns, 5);
	pairings_free(pairs);
}

static void line(struct facts *facts, enum replay_kind kind, uint64_t seq, uint64_t lost)
{
	struct replay_line line = {.kind = kind, .utc_ns = 1000 + seq, .seq = seq, .lost = lost};

	if (kind == REPLAY_START)
		line.observed_from_ns = 1000;
	if (kind == REPLAY_STOP)
		line.observed_until_ns = 1000 + seq;
	facts_line(facts, &line);
}

static void a_record_that_is_whole_lacks_nothing(void **state)
{
	struct facts facts = {0};

	(void)state;
	facts_file(&facts);
	line(&facts, REPLAY_START, 1, 0);
	line(&facts, REPLAY_EVENT, 2, 0);
	line(&facts, REPLAY_STOP, 3, 0);
	facts_end(&facts);
	assert_int_equal(facts.runs, 1);
	assert_int_equal(facts.events, 1);
	assert_int_equal(facts.without_start + facts.without_end + facts.missing + facts.lost, 0);
	assert_int_equal(facts.observed_ns, 3);
}

static void resumed(struct facts *facts, uint64_t seq)
{
	const struct replay_line line = {.kind = REPLAY_START,
					 .seq = seq,
					 .utc_ns = seq,
					 .observed_from_ns = 1000,
					 .resumed = true};

	facts_line(facts, &line);
}

/* Counters and the beginning go on: what the runs before have told of them counts once. */
static void what_was_pinned_is_one_run(void **state)
{
	struct facts facts = {0};

	(void)state;
	facts_file(&facts);
	line(&facts, REPLAY_START, 1, 0);
	line(&facts, REPLAY_LOSS, 2, 5);
	resumed(&facts, 3); /* it was killed */
	line(&facts, REPLAY_LOSS, 4, 6);
	line(&facts, REPLAY_STOP, 5, 6);
	resumed(&facts, 6);
	line(&facts, REPLAY_STOP, 7, 7);
	facts_file(&facts); /* whose beginning is in no file */
	resumed(&facts, 8);
	line(&facts, REPLAY_STOP, 9, 1);
	facts_end(&facts);
	assert_int_equal(facts.runs, 2);
	assert_int_equal(facts.without_start + facts.without_end + facts.missing, 0);
	assert_int_equal(facts.lost, 7 + 1);
	assert_int_equal(facts.observed_ns, 7 + 9);
}

static void what_a_record_lacks_is_counted(void **state)
{
	struct facts facts = {0};

	(void)state;
	facts_file(&facts); /* killed, and begun again, in one file */
	line(&facts, REPLAY_START, 1, 0);
	line(&facts, REPLAY_LOSS, 2, 5);
	line(&facts, REPLAY_EVENT, 5, 0);
	line(&facts, REPLAY_START, 1, 0);
	line(&facts, REPLAY_LOSS, 2, 3);
	line(&facts, REPLAY_STOP, 3, 4);
	facts_file(&facts); /* a part of another */
	line(&facts, REPLAY_EVENT, 700, 0);
	line(&facts, REPLAY_EVENT, 702, 0);
	facts_end(&facts);
	assert_int_equal(facts.runs, 3);
	assert_int_equal(facts.without_end, 2);
	assert_int_equal(facts.without_start, 1);
	assert_int_equal(facts.lost, 5 + 4);
	assert_int_equal(facts.missing, 2 + 1);
}

static void assert_put(put_char *put, const char *name, bool is_path, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	words_name(to, name, is_path, put);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
}

static void names_are_text_in_each_format(void **state)
{
	(void)state;
	assert_put(html_char, "<img src=x>&\"'", false, "&lt;img src=x&gt;&amp;&quot;&#39;");
	assert_put(html_char, "a\n\x1b\xff\xe2\x80\xae", false, "a\\x0a\\x1b\\xff\\xe2\\x80\\xae");
	assert_put(html_char, "\xc3\xa9", false, "\xc3\xa9");
	assert_put(md_char, "a|`*\n", false, "a&#124;&#96;&#42;&#92;x0a");
	assert_put(md_char, "www.x@y", false, "www&#46;x&#64;y");
	assert_put(dot_char, "a\"b\\N\n", false, "a\\\"b\\\\N\\\\x0a");
}

/* A path loses its beginning, between characters. */
static void long_names_are_cut(void **state)
{
	char name[3 * WORDS_MAX + 1] = "", expected[3 * WORDS_MAX + 1] = "";

	(void)state;
	for (int i = 0; i < WORDS_MAX; i++)
		strcat(name, "\xc3\xa9");
	assert_put(html_char, name, true, name);
	strcpy(expected, "\u2026");
	strcat(expected, name + 4);
	strcat(expected, "x");
	strcat(name, "x");
	assert_put(html_char, name, true, expected);
	strcpy(expected, name);
	strcpy(expected + 2 * (WORDS_MAX - 1), "\u2026");
	assert_put(html_char, name, false, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_failed_comes_first),
		cmocka_unit_test(an_attempt_is_counted_once),
		cmocka_unit_test(a_layout_depends_on_the_pairs_alone),
		cmocka_unit_test(others_have_the_place_behind_the_last),
		cmocka_unit_test(deferred_handshakes_are_not_the_slowest),
		cmocka_unit_test(a_record_that_is_whole_lacks_nothing),
		cmocka_unit_test(what_was_pinned_is_one_run),
		cmocka_unit_test(what_a_record_lacks_is_counted),
		cmocka_unit_test(names_are_text_in_each_format),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
