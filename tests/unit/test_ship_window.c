// SPDX-License-Identifier: MIT
/* From a store to an output that fails at random: order, retries, halves, and what arrives. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ship/source.h"
#include "ship/window.h"
#include "store/content.h"
#include "unit/random.h"
#include "unit/said.h"
#include "unit/store_fixture.h"

#define LINES 4000
#define HOST  "-" /* the lines do not say it */

static const struct shape kept = {.compression = COMPRESS_ZSTD};
static const struct place_of nowhere;

static struct source *source;
static struct window window;

static void open_source(const struct place_of *after, uint64_t since_ns)
{
	struct error error = {0};

	if (source_open(t.dir, NULL, after, since_ns, &kept, &source, &error))
		fail_msg("%s", error.text);
}

static void close_source(void)
{
	source_close(source);
	source = NULL;
}

static int ship_teardown(void **state)
{
	close_source();
	window_free(&window);
	return store_teardown(state);
}

#define ship_row(test) cmocka_unit_test_setup_teardown(test, store_setup, ship_teardown)

static void record(const char *boot, uint64_t first, uint64_t last)
{
	open_store(boot);
	append_lines(first, last);
	close_store();
}

static int next_of(uint64_t lines_max, struct parcel **ret)
{
	struct error error = {0};
	int more = source_next(source, lines_max, ret, &error);

	if (more < 0)
		fail_msg("%s", error.text);
	return more;
}

/* Its body has exactly these lines. */
static void assert_body(const struct parcel *parcel, uint64_t first, uint64_t last)
{
	static char lines[FRAME_RAW_MAX];
	char expected[STORE_LINE_MAX], id[256];
	size_t size, at = 0;

	assert_int_equal(parcel->first_seq, first);
	assert_int_equal(parcel->last_seq, last);
	assert_int_equal(parcel->lines, last - first + 1);
	snprintf(id, sizeof(id), HOST ":%s:%lu-%lu", parcel->boot, first, last);
	assert_string_equal(parcel->id, id);
	assert_int_equal(content_unpack(parcel->body, parcel->body_size, lines, &size), 0);
	for (uint64_t seq = first; seq <= last; seq++) {
		size_t n = make_line(expected, seq);

		assert_memory_equal(lines + at, expected, n);
		at += n;
	}
	assert_int_equal(at, size);
}

static void assert_next(uint64_t lines_max, uint64_t first, uint64_t last)
{
	struct parcel *parcel = NULL;

	assert_int_equal(next_of(lines_max, &parcel), 1);
	assert_body(parcel, first, last);
	parcel_free(parcel);
}

static void assert_end(void)
{
	struct parcel *parcel;

	assert_int_equal(next_of(500, &parcel), 0);
}

/* The source */

static void all_comes_in_frames_and_what_is_written_meanwhile(void **state)
{
	(void)state;
	record(BOOT, 1, 1201);
	open_source(&nowhere, 0);
	assert_next(500, 1, 500);
	assert_next(500, 501, 1000);
	assert_next(500, 1001, 1200);
	assert_end();
	record(BOOT, 1201, 1301);
	assert_next(500, 1201, 1300);
	assert_end();
	assert_int_equal(source_counts(source).missing, 0);
}

static void it_goes_on_from_behind_any_line(void **state)
{
	const struct place_of frame = {BOOT, 500}, midst = {BOOT, 777}, end = {BOOT, 1200};

	(void)state;
	record(BOOT, 1, 1201);
	open_source(&frame, 0);
	assert_next(500, 501, 1000);
	close_source();
	open_source(&midst, 0);
	assert_next(500, 778, 1000);
	assert_next(500, 1001, 1200);
	close_source();
	open_source(&end, 0);
	assert_end();
	record(BOOT, 1201, 1203);
	assert_next(500, 1201, 1202);
}

static void frames_come_in_pieces_that_are_small_enough(void **state)
{
	(void)state;
	record(BOOT, 1, 601);
	open_source(&nowhere, 0);
	assert_next(200, 1, 200);
	assert_next(150, 201, 350);
	assert_next(500, 351, 500);
	assert_next(1, 501, 501);
	assert_next(500, 502, 600);
	assert_end();
}

static void a_time_says_where_to_begin(void **state)
{
	const struct place_of after = {BOOT, 10};

	(void)state;
	record(BOOT, 1, 1201);
	open_source(&nowhere, TIME_OF(700));
	assert_next(500, 501, 1000);
	close_source();
	/* But not where there is a place. */
	open_source(&after, TIME_OF(700));
	assert_next(500, 11, 500);
}

/* Removes the segments that begin with these. */
static void remove_segments(uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq <= to; seq++)
		unlink(path_of(BOOT, seq));
}

static void what_left_the_store_is_said_and_counted(void **state)
{
	const struct place_of after = {BOOT, 500};
	struct parcel *parcel;

	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 5001);
	open_source(&after, 0);
	assert_next(500, 501, 1000);
	remove_segments(1001, 3000);
	listen_to_stderr();
	do {
		assert_int_equal(next_of(500, &parcel), 1);
		if (parcel->first_seq < 3001)
			parcel_free(parcel);
	} while (parcel->first_seq < 3001);
	heard();
	/* The segment that was open is read to its end. */
	assert_non_null(strstr(said, "to 3000 of boot " BOOT " are not in the store"));
	assert_true(source_counts(source).missing > 1000);
	assert_int_equal(source_counts(source).gaps, 1);
	parcel_free(parcel);
}

static void a_boot_that_is_gone_is_said(void **state)
{
	const struct place_of after = {BOOT2, 500};

	(void)state;
	record(BOOT, 1, 101);
	listen_to_stderr();
	open_source(&after, 0);
	heard();
	assert_non_null(strstr(said, "nothing of boot " BOOT2));
	assert_next(500, 1, 100);
}

static void a_boot_begins_with_its_first_line(void **state)
{
	(void)state;
	record(BOOT, 1, 101);
	record(BOOT2, 5000, 5101);
	open_source(&nowhere, 0);
	assert_next(500, 1, 100);
	listen_to_stderr();
	assert_next(500, 5000, 5100);
	heard();
	assert_non_null(strstr(said, "lines 1 to 4999 of boot " BOOT2));
	assert_int_equal(source_counts(source).missing, 4999);
}

/* A host without a clock of its own begins long ago, until somebody tells it the time. */
static void the_boot_of_now_comes_last(void **state)
{
	const struct place_of after = {BOOT, 6000};
	struct error error = {0};

	(void)state;
	record(BOOT, 5001, 6001);
	record(BOOT2, 1, 101);
	assert_int_equal(source_open(t.dir, BOOT2, &after, 0, &kept, &source, &error), 0);
	assert_next(500, 1, 100);
	assert_end();
}

static void another_store_in_its_place_ends_it(void **state)
{
	char away[128];
	struct parcel *parcel;
	struct error error;

	(void)state;
	record(BOOT, 1, 101);
	open_source(&nowhere, 0);
	assert_next(500, 1, 100);
	snprintf(away, sizeof(away), "%s.away", t.dir);
	assert_int_equal(rename(t.dir, away), 0);
	assert_int_equal(source_next(source, 500, &parcel, &error), -ESTALE);
	assert_int_equal(rename(away, t.dir), 0);
}

/* An output that fails at random */

struct sent {
	uint64_t number, first, last;
};

static struct fake {
	uint64_t seed, now_ns;
	struct sent sent[WINDOW_MAX];
	unsigned int n_sent;
	unsigned int lines_max;		/* more are too large */
	unsigned int stored[LINES + 1]; /* how often, by seq */
	bool is_lost[LINES + 1];	/* the answer was, after it was stored */
	uint64_t refused;		/* the line that is never taken; 0: none is */
	bool has_failed; /* since when nothing may be sent as long as anything is on its way */
	uint64_t not_before_ns;
	uint64_t done; /* seq: all up to that are */
	unsigned int passed_over;
} fake;

static void fake_store(const struct sent *sent)
{
	for (uint64_t seq = sent->first; seq <= sent->last; seq++)
		fake.stored[seq]++;
}

static struct answer fake_answer(const struct sent *sent)
{
	struct answer answer = {.number = sent->number, .reason = "some"};
	bool has_refused = fake.refused >= sent->first && fake.refused <= sent->last;

	switch (has_refused || sent->last - sent->first + 1 > fake.lines_max
			? 8
			: random_bits(&fake.seed, 3)) {
	case 0:
		answer.kind = ANSWER_RETRY;
		answer.retry_after_ns = random_bits(&fake.seed, 34);
		break;
	case 1:
		answer.kind = ANSWER_BROKEN; /* before it was stored */
		break;
	case 2:
		answer.kind = ANSWER_BROKEN; /* and after */
		fake_store(sent);
		for (uint64_t seq = sent->first; seq <= sent->last; seq++)
			fake.is_lost[seq] = true;
		break;
	case 3:
		answer.kind = ANSWER_REFUSED;
		break;
	case 8:
		answer.kind = ANSWER_TOO_LARGE;
		break;
	default:
		answer.kind = ANSWER_ACKED;
		fake_store(sent);
	}
	return answer;
}

/* One of those on their way, whichever, has its answer. */
static void answer_one(void)
{
	unsigned int i = (unsigned int)(random_bits(&fake.seed, 16) % fake.n_sent);
	struct answer answer = fake_answer(&fake.sent[i]);
	bool has_failed = answer.kind != ANSWER_ACKED;
	const struct parcel *parcel;

	fake.sent[i] = fake.sent[--fake.n_sent];
	fake.now_ns += random_bits(&fake.seed, 26);
	assert_int_equal(window_answer(&window, &answer, fake.now_ns, random_bits(&fake.seed, 64),
				       &kept, &parcel),
			 0);
	assert_non_null(parcel);
	assert_int_equal(window.n_sent, fake.n_sent);
	fake.has_failed |= has_failed;
	if (has_failed && answer.kind != ANSWER_TOO_LARGE &&
	    fake.now_ns + answer.retry_after_ns > fake.not_before_ns)
		fake.not_before_ns = fake.now_ns + answer.retry_after_ns;
}

static void send_all(void)
{
	struct parcel *parcel;
	uint64_t last = 0;

	while ((parcel = window_next(&window, fake.now_ns))) {
		if (!fake.n_sent)
			fake.has_failed = false;
		assert_false(fake.has_failed);
		assert_true(fake.now_ns >= fake.not_before_ns);
		assert_true(fake.n_sent < window.max);
		assert_true(parcel->first_seq > last); /* in order */
		last = parcel->last_seq;
		assert_body(parcel, parcel->first_seq, parcel->last_seq);
		fake.sent[fake.n_sent++] = (struct sent){window_sent(&window, parcel),
							 parcel->first_seq, parcel->last_seq};
	}
}

/* What is done comes out in order, without a gap, once. */
static void take_done(void)
{
	struct parcel *parcel;

	while ((parcel = window_take(&window))) {
		assert_int_equal(parcel->first_seq, fake.done + 1);
		fake.done = parcel->last_seq;
		if (parcel->is_refused) {
			assert_int_equal(parcel->first_seq, fake.refused);
			assert_int_equal(parcel->lines, 1);
			fake.passed_over++;
		}
		parcel_free(parcel);
	}
}

static void fill(void)
{
	struct parcel *parcel;

	while (window_has_room(&window) && next_of(window.lines_max, &parcel) == 1)
		window_add(&window, parcel);
}

static void run(uint64_t seed, unsigned int max, unsigned int lines_max, uint64_t refused)
{
	fake = (struct fake){.seed = seed, .lines_max = lines_max, .refused = refused};
	window_init(&window, max);
	open_source(&nowhere, 0);
	while (fake.done < LINES) {
		uint64_t until;

		fill();
		send_all();
		if (fake.n_sent) {
			answer_one();
			take_done();
			continue;
		}
		until = window_not_before_ns(&window);
		assert_true(until > fake.now_ns);
		fake.now_ns = until;
	}
	assert_null(window.first);
	assert_int_equal(window.n, 0);
	close_source();
	for (uint64_t seq = 1; seq <= LINES; seq++) {
		if (seq == refused) {
			assert_int_equal(fake.stored[seq], 0);
			continue;
		}
		assert_true(fake.stored[seq] >= 1);
		/* Nothing comes twice but where its answer was lost. */
		assert_true(fake.stored[seq] == 1 || fake.is_lost[seq]);
	}
	assert_int_equal(fake.passed_over, refused != 0);
}

static void whatever_fails_each_line_is_acknowledged_in_order_once(void **state)
{
	(void)state;
	record(BOOT, 1, LINES + 1);
	for (uint64_t seed = 1; seed < 60; seed++)
		run(seed, 1 + (unsigned int)(seed * 7 % 16), 500, 0);
}

static void what_is_too_large_goes_in_halves(void **state)
{
	(void)state;
	record(BOOT, 1, LINES + 1);
	for (uint64_t seed = 1; seed < 12; seed++)
		run(seed, 1 + (unsigned int)(seed % 8), 1 + (unsigned int)(seed * 41 % 300), 0);
}

static void one_line_that_is_too_large_is_passed_over(void **state)
{
	(void)state;
	record(BOOT, 1, LINES + 1);
	run(1, 4, 500, 1);
	run(2, 4, 500, 1777);
	run(3, 1, 500, LINES);
}

/* The window */

static struct parcel *add_parcel(uint64_t first)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));

	assert_non_null(parcel);
	parcel->first_seq = parcel->last_seq = first;
	parcel->lines = 1;
	window_add(&window, parcel);
	return parcel;
}

static void answer_with(uint64_t number, enum answer_kind kind, uint64_t retry_after_ns,
			uint64_t now_ns)
{
	const struct answer answer = {
		.number = number, .kind = kind, .retry_after_ns = retry_after_ns};
	const struct parcel *parcel;

	assert_int_equal(window_answer(&window, &answer, now_ns, 0, &kept, &parcel), 0);
}

static void what_was_acknowledged_meanwhile_is_not_sent_again(void **state)
{
	struct parcel *first, *second;

	(void)state;
	window_init(&window, 4);
	first = add_parcel(1);
	second = add_parcel(2);
	window_sent(&window, first);
	window_sent(&window, second);
	answer_with(1, ANSWER_RETRY, 0, 0);
	assert_null(window_next(&window, UINT64_MAX)); /* the other one is on its way */
	answer_with(2, ANSWER_ACKED, 0, 0);
	assert_null(window_take(&window));
	assert_ptr_equal(window_next(&window, BACKOFF_MAX_NS), first);
	assert_int_equal(window_sent(&window, first), 3);
	assert_null(window_next(&window, BACKOFF_MAX_NS));
	answer_with(3, ANSWER_ACKED, 0, BACKOFF_MAX_NS);
	assert_ptr_equal(window_take(&window), first);
	assert_ptr_equal(window_take(&window), second);
	parcel_free(first);
	parcel_free(second);
}

static void parcels_that_fail_together_have_failed_once(void **state)
{
	struct parcel *parcels[3];

	(void)state;
	window_init(&window, 4);
	for (int i = 0; i < 3; i++)
		window_sent(&window, parcels[i] = add_parcel(1 + (uint64_t)i));
	for (uint64_t i = 1; i <= 3; i++)
		answer_with(i, ANSWER_BROKEN, 0, 0);
	assert_int_equal(window_not_before_ns(&window), BACKOFF_FIRST_NS);
	assert_null(window_next(&window, BACKOFF_FIRST_NS - 1));
	assert_ptr_equal(window_next(&window, BACKOFF_FIRST_NS), parcels[0]);
}

static void what_the_server_asks_for_is_waited(void **state)
{
	struct parcel *parcel;

	(void)state;
	window_init(&window, 1);
	parcel = add_parcel(1);
	window_sent(&window, parcel);
	answer_with(1, ANSWER_RETRY, 7 * NSEC_PER_SEC, 0);
	assert_null(window_next(&window, 7 * NSEC_PER_SEC - 1));
	assert_ptr_equal(window_next(&window, 7 * NSEC_PER_SEC), parcel);
}

static void an_answer_to_nothing_is_none(void **state)
{
	const struct answer answer = {.number = 99, .kind = ANSWER_ACKED};
	const struct parcel *parcel;

	(void)state;
	window_init(&window, 1);
	window_sent(&window, add_parcel(1));
	window_answer(&window, &answer, 0, 0, &kept, &parcel);
	assert_null(parcel);
	assert_int_equal(window.n_sent, 1);
	answer_with(1, ANSWER_ACKED, 0, 0);
	answer_with(1, ANSWER_ACKED, 0, 0);
	assert_int_equal(window.n_sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ship_row(all_comes_in_frames_and_what_is_written_meanwhile),
		ship_row(it_goes_on_from_behind_any_line),
		ship_row(frames_come_in_pieces_that_are_small_enough),
		ship_row(a_time_says_where_to_begin),
		ship_row(what_left_the_store_is_said_and_counted),
		ship_row(a_boot_that_is_gone_is_said),
		ship_row(a_boot_begins_with_its_first_line),
		ship_row(the_boot_of_now_comes_last),
		ship_row(another_store_in_its_place_ends_it),
		ship_row(whatever_fails_each_line_is_acknowledged_in_order_once),
		ship_row(what_is_too_large_goes_in_halves),
		ship_row(one_line_that_is_too_large_is_passed_over),
		ship_row(what_was_acknowledged_meanwhile_is_not_sent_again),
		ship_row(parcels_that_fail_together_have_failed_once),
		ship_row(what_the_server_asks_for_is_waited),
		ship_row(an_answer_to_nothing_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
