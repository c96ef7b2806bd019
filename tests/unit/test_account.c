// SPDX-License-Identifier: MIT
/* Whether a record is whole: holes, what explains them, silences, ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay/account.h"

#define BOOT   "0a1b2c3d-0000-4000-8000-000000000001"
#define BOOT2  "0a1b2c3d-0000-4000-8000-000000000002"
#define SECOND 1000000000ull
#define EPOCH  (1771245296 * SECOND)
#define AT(s)  (EPOCH + (uint64_t)(s)*SECOND)
#define BEAT   (60 * SECOND)
#define START  .kind = REPLAY_START, .heartbeat_ns = BEAT, .observed_from_ns = EPOCH

static struct account *account;
static const struct flaw *flaws;
static size_t n_flaws;

static int setup(void **state)
{
	(void)state;
	return account_new(&account);
}

static int teardown(void **state)
{
	(void)state;
	account_free(account);
	return 0;
}

#define account_row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void event(const char *boot, uint64_t seq, uint64_t second)
{
	assert_int_equal(account_line(account, boot, seq, AT(second), NULL), 0);
}

#define notice(boot, seq, second, ...)                                                             \
	notice_line(boot, seq, second, &(const struct replay_line){__VA_ARGS__})

static void notice_line(const char *boot, uint64_t seq, uint64_t second,
			const struct replay_line *line)
{
	assert_int_equal(account_line(account, boot, seq, AT(second), line), 0);
}

static void events(const char *boot, uint64_t first, uint64_t last, uint64_t second)
{
	for (uint64_t seq = first; seq <= last; seq++)
		event(boot, seq, second);
}

/* now: in seconds; 0: nobody records. */
static void judge(uint64_t now)
{
	assert_int_equal(account_flaws(account, now ? AT(now) : 0, &flaws, &n_flaws), 0);
}

static void assert_flaw(size_t i, enum flaw_kind kind, const char *boot, uint64_t first,
			uint64_t last)
{
	assert_true(i < n_flaws);
	assert_int_equal(flaws[i].kind, kind);
	assert_string_equal(account_boot(account, flaws[i].boot), boot);
	assert_int_equal(flaws[i].first_seq, first);
	assert_int_equal(flaws[i].last_seq, last);
}

static void from_start_to_stop_it_is_whole(void **state)
{
	struct account_sums sums;

	(void)state;
	notice(BOOT, 1, 0, START);
	events(BOOT, 2, 10, 1);
	notice(BOOT, 11, 60, .kind = REPLAY_HEARTBEAT, .heartbeat_ns = BEAT,
	       .observed_from_ns = EPOCH);
	notice(BOOT, 12, 61, .kind = REPLAY_STOP, .lost = 3);
	judge(0);
	assert_int_equal(n_flaws, 0);
	sums = account_sums(account);
	assert_int_equal(sums.boots, 1);
	assert_int_equal(sums.lines, 12);
	assert_int_equal(sums.lost, 3);
	assert_int_equal(sums.first_ns, AT(0));
	assert_int_equal(sums.last_ns, AT(61));
	assert_int_equal(sums.left + sums.restarts + sums.disordered, 0);
}

static void each_hole_is_found_with_its_span(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 2, 1);
	event(BOOT, 4, 2);
	event(BOOT, 10, 5);
	notice(BOOT, 11, 6, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 2);
	assert_flaw(0, FLAW_HOLE, BOOT, 3, 3);
	assert_int_equal(flaws[0].from_ns, AT(1));
	assert_int_equal(flaws[0].to_ns, AT(2));
	assert_flaw(1, FLAW_HOLE, BOOT, 5, 9);
}

#define LEFT(boot, first, last)                                                                    \
	.kind = REPLAY_LOSS, .dropped_boot = (boot), .dropped_first = (first),                     \
	.dropped_last = (last)

/* What left is told in pieces, later, in another boot, and not of that boot's own numbers. */
static void what_is_said_to_have_left_is_no_hole(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 20, 1);
	notice(BOOT, 21, 2, .kind = REPLAY_STOP);
	notice(BOOT2, 1, 100, START);
	notice(BOOT2, 2, 101, LEFT(BOOT, 11, 19));
	notice(BOOT2, 3, 102, LEFT(BOOT, 2, 10));
	event(BOOT2, 6, 103);
	notice(BOOT2, 7, 104, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_HOLE, BOOT2, 4, 5);
	assert_int_equal(account_sums(account).left, 18);
	judge(0);
	assert_int_equal(account_sums(account).left, 18);
}

static void of_a_hole_what_is_not_explained_is_told(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 20, 1);
	notice(BOOT, 21, 2, LEFT(BOOT, 5, 7));
	notice(BOOT, 22, 2, LEFT(BOOT, 12, 12));
	notice(BOOT, 23, 2, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 3);
	assert_flaw(0, FLAW_HOLE, BOOT, 2, 4);
	assert_flaw(1, FLAW_HOLE, BOOT, 8, 11);
	assert_flaw(2, FLAW_HOLE, BOOT, 13, 19);
	assert_int_equal(account_sums(account).left, 4);
}

/* What said that 1 to 50 left has left itself. */
static void before_what_has_left_all_has(void **state)
{
	(void)state;
	events(BOOT, 101, 110, 0);
	notice(BOOT, 111, 2, LEFT(BOOT, 51, 100));
	notice(BOOT, 112, 3, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 0);
	assert_int_equal(account_sums(account).left, 100);
}

static void a_beginning_that_nothing_explains_is_a_hole(void **state)
{
	(void)state;
	events(BOOT, 101, 110, 0);
	notice(BOOT, 111, 2, LEFT(BOOT, 1, 90));
	notice(BOOT, 112, 3, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_HOLE, BOOT, 91, 100);
	assert_int_equal(flaws[0].from_ns, 0);
}

static void longer_than_two_heartbeats_is_a_silence(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 2, 120);
	event(BOOT, 3, 241);
	notice(BOOT, 4, 300, .kind = REPLAY_STOP, .observed_from_ns = EPOCH);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_SILENCE, BOOT, 2, 2);
	assert_int_equal(flaws[0].from_ns, AT(120));
	assert_int_equal(flaws[0].to_ns, AT(241));
}

/* Also before a notice has told what the clock was. */
static void the_latest_silence_is_told_as_well(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 2, 200);
	judge(210);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_SILENCE, BOOT, 1, 1);
	judge(400);
	assert_int_equal(n_flaws, 2);
	assert_flaw(1, FLAW_SILENCE, BOOT, 2, 2);
	assert_int_equal(flaws[1].to_ns, AT(400));
}

static void a_clock_that_was_set_is_no_silence(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 2, 7230);
	notice(BOOT, 3, 7260, .kind = REPLAY_HEARTBEAT, .heartbeat_ns = BEAT,
	       .observed_from_ns = AT(7200));
	notice(BOOT, 4, 60, .kind = REPLAY_HEARTBEAT, .heartbeat_ns = BEAT,
	       .observed_from_ns = AT(0));
	notice(BOOT, 5, 90, .kind = REPLAY_STOP, .observed_from_ns = EPOCH);
	judge(0);
	assert_int_equal(n_flaws, 0);
}

/* An hour, of which the clock is half. */
static void what_the_clock_does_not_explain_is_a_silence(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	notice(BOOT, 2, 3600, .kind = REPLAY_HEARTBEAT, .heartbeat_ns = BEAT,
	       .observed_from_ns = AT(1800));
	notice(BOOT, 3, 3601, .kind = REPLAY_STOP, .observed_from_ns = AT(1800));
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_SILENCE, BOOT, 1, 1);
}

/* Nothing says that such a one would have given a sign of life. */
static void without_heartbeats_nothing_is_a_silence(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, .kind = REPLAY_START);
	event(BOOT, 2, 100000);
	notice(BOOT, 3, 200000, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 0);
}

static void between_two_recorders_nothing_is_a_silence(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	notice(BOOT, 2, 10, .kind = REPLAY_STOP);
	notice(BOOT, 3, 5000, START);
	notice(BOOT, 4, 9000, START);
	notice(BOOT, 5, 9001, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 0);
	assert_int_equal(account_sums(account).restarts, 1);
}

static void an_end_without_a_word_is_one_where_nobody_records(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	event(BOOT, 2, 1);
	judge(100);
	assert_int_equal(n_flaws, 0);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_CUT, BOOT, 2, 2);
	notice(BOOT2, 1, 1000, START);
	notice(BOOT2, 2, 1001, .kind = REPLAY_STOP);
	judge(0);
	assert_int_equal(n_flaws, 0);
	assert_int_equal(account_sums(account).restarts, 1);
}

static void a_start_that_has_left_is_none_the_less_one(void **state)
{
	(void)state;
	events(BOOT, 1, 3, 0);
	events(BOOT2, 1, 3, 10);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_CUT, BOOT2, 3, 3);
	assert_int_equal(account_sums(account).restarts, 1);
}

/* The first lines are of what came while nobody recorded, and the counters are those of before. */
static void what_was_pinned_goes_on(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	notice(BOOT, 2, 10, .kind = REPLAY_STOP, .lost = 100);
	notice(BOOT, 3, 600, START, .resumed = true, .utc_ns = AT(600));
	event(BOOT, 4, 60);
	event(BOOT, 5, 61);
	event(BOOT, 6, 601);
	notice(BOOT, 7, 620, .kind = REPLAY_STOP, .lost = 101);
	judge(0);
	assert_int_equal(n_flaws, 0);
	assert_int_equal(account_sums(account).lost, 101);
	notice(BOOT, 8, 630, START, .utc_ns = AT(630)); /* nothing was pinned */
	notice(BOOT, 9, 640, .kind = REPLAY_STOP, .lost = 7);
	assert_int_equal(account_sums(account).lost, 108);
}

static void who_goes_on_with_what_was_pinned_can_fall_silent(void **state)
{
	(void)state;
	notice(BOOT, 1, 600, START, .resumed = true, .utc_ns = AT(600));
	event(BOOT, 2, 60);
	event(BOOT, 3, 900);
	notice(BOOT, 4, 910, .kind = REPLAY_STOP, .observed_from_ns = EPOCH);
	judge(0);
	assert_int_equal(n_flaws, 1);
	assert_flaw(0, FLAW_SILENCE, BOOT, 2, 2);
	assert_int_equal(flaws[0].from_ns, AT(600));
}

static void numbers_only_grow(void **state)
{
	(void)state;
	notice(BOOT, 1, 0, START);
	events(BOOT, 2, 5, 1);
	event(BOOT, 5, 1);
	event(BOOT, 4, 1);
	assert_int_equal(account_sums(account).disordered, 2);
}

static void of_no_lines_nothing_is_wrong(void **state)
{
	(void)state;
	judge(0);
	assert_int_equal(n_flaws, 0);
	assert_int_equal(account_sums(account).lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_row(from_start_to_stop_it_is_whole),
		account_row(each_hole_is_found_with_its_span),
		account_row(what_is_said_to_have_left_is_no_hole),
		account_row(of_a_hole_what_is_not_explained_is_told),
		account_row(before_what_has_left_all_has),
		account_row(a_beginning_that_nothing_explains_is_a_hole),
		account_row(longer_than_two_heartbeats_is_a_silence),
		account_row(the_latest_silence_is_told_as_well),
		account_row(a_clock_that_was_set_is_no_silence),
		account_row(what_the_clock_does_not_explain_is_a_silence),
		account_row(without_heartbeats_nothing_is_a_silence),
		account_row(between_two_recorders_nothing_is_a_silence),
		account_row(an_end_without_a_word_is_one_where_nobody_records),
		account_row(a_start_that_has_left_is_none_the_less_one),
		account_row(what_was_pinned_goes_on),
		account_row(who_goes_on_with_what_was_pinned_can_fall_silent),
		account_row(numbers_only_grow),
		account_row(of_no_lines_nothing_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
