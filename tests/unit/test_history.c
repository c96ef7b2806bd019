// SPDX-License-Identifier: MIT
/* What a store is asked for: of which time, whose lines, and what is said of what lacks. */
#include "commands/history.h"
#include "commands/keeper.h"
#include "commands/run.h"
#include "unit/parsed.h"
#include "unit/said.h"
#include "unit/store_fixture.h"
#include "util/status.h"

#define history_row(test) cmocka_unit_test_setup_teardown(test, setup_history, teardown_history)

/* The seqs of the lines that were handed on. */
static uint64_t seqs[64];
static size_t n_seqs, wanted_at_most;
static struct span span;

static int setup_history(void **state)
{
	n_seqs = 0;
	wanted_at_most = 64;
	return store_setup(state);
}

static int teardown_history(void **state)
{
	forget(state);
	return store_teardown(state);
}

/* One line of that seq, as a process of that name fails at that port, a second for each seq. */
static void keep(uint64_t seq, const char *comm, unsigned int port)
{
	char line[1024];
	unsigned int days = (unsigned int)seq / (24 * 3600);
	int len = snprintf(
		line, sizeof(line),
		"{\"timestamp\":\"2026-02-%02uT12:00:%02u.000000000Z\",\"event.name\":\"tcp."
		"failed\","
		"\"tpconnect.seq\":%u,\"tpconnect.connection.id\":\"%x-0\","
		"\"network.transport\":\"tcp\",\"network.type\":\"ipv4\","
		"\"network.peer.address\":\"192.0.2.1\",\"network.peer.port\":%u,"
		"\"process.pid\":7,\"process.executable.name\":\"%s\",\"process.user.id\":0}\n",
		16 + days, (unsigned int)seq % (24 * 3600), (unsigned int)seq, (unsigned int)seq,
		port, comm);

	assert_int_equal(store_append(t.store, line, (size_t)len), len);
}

static void keep_notice(uint64_t seq, const char *name, const char *more)
{
	char line[512];
	int len = snprintf(line, sizeof(line),
			   "{\"timestamp\":\"2026-02-16T12:00:%02u.000000000Z\",\"event.name\":"
			   "\"tpconnect.%s\",\"tpconnect.seq\":%u%s}\n",
			   (unsigned int)seq, name, (unsigned int)seq, more);

	assert_int_equal(store_append(t.store, line, (size_t)len), len);
}

/* start, 2 to 9 by curl and wget in turn, to ports 82 to 89. */
static void keep_some(const char *last_notice)
{
	open_store(BOOT);
	keep_notice(1, "start", "");
	for (unsigned int seq = 2; seq < 10; seq++)
		keep(seq, seq % 2 ? "curl" : "wget", 80 + seq);
	keep_notice(10, "stop", last_notice);
	close_store();
}

static bool take(void *ctx, const struct replay_line *line, const char *text, size_t size)
{
	assert_ptr_equal(ctx, &seqs);
	assert_int_equal(text[0], '{');
	assert_int_equal(text[size - 1], '}');
	seqs[n_seqs++] = line->seq;
	return n_seqs < wanted_at_most;
}

/* Asks with these options; returns what was said meanwhile. */
#define ask(...) ask_words((const char *const[]){"history", "--store", t.dir, ##__VA_ARGS__, NULL})

static const char *ask_words(const char *const *words)
{
	const struct options *options = good_words(words);

	n_seqs = 0;
	listen_to_stderr();
	assert_int_equal(history_read(options, take, seqs, &span), STATUS_DONE);
	return heard();
}

static void assert_seqs(size_t n, uint64_t first, uint64_t last)
{
	assert_int_equal(n_seqs, n);
	assert_int_equal(seqs[0], first);
	assert_int_equal(seqs[n - 1], last);
}

static void all_lines_come_in_order_notices_as_well(void **state)
{
	(void)state;
	keep_some("");
	assert_string_equal(ask(), "");
	assert_seqs(10, 1, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(seqs[i], i + 1);
}

/* From the first moment on, and before the second. */
static void a_span_has_its_beginning_and_not_its_end(void **state)
{
	(void)state;
	keep_some("");
	ask("--since", "2026-02-16T12:00:03Z", "--until", "2026-02-16T12:00:06Z");
	assert_seqs(3, 3, 5);
	ask("--since", "2026-02-16T12:00:05.000000001Z");
	assert_seqs(5, 6, 10);
	ask("--until", "2026-02-16T12:00:02Z");
	assert_seqs(1, 1, 1);
	ask("--since", "2026-02-17");
	assert_int_equal(n_seqs, 0);
}

/* 2026-02-16T12:00:01Z and so on */
#define SECOND(n) (1771243200000000000 + (n)*1000000000ull)

static void where_no_bound_is_asked_for_the_lines_tell(void **state)
{
	(void)state;
	keep_some("");
	ask();
	assert_int_equal(span.begin_ns, SECOND(1));
	assert_int_equal(span.end_ns, SECOND(10));
	ask("--since", "2026-02-16T12:00:02Z", "--until", "2026-02-16T12:00:30Z");
	assert_int_equal(span.begin_ns, SECOND(2));
	assert_int_equal(span.end_ns, SECOND(30));
}

/* What is before the first line is no time of which the store says that nothing happened. */
static void a_span_begins_where_the_store_begins(void **state)
{
	static const char begins[] = "the store begins at 2026-02-16T12:00:01.000Z (UTC)";

	(void)state;
	keep_some("");
	assert_says(ask("--since", "2026-02-16T11:00:00Z"), begins);
	assert_int_equal(span.begin_ns, SECOND(1));
	assert_int_equal(span.end_ns, SECOND(10));
	assert_says(ask("--since", "2026-02-15", "--until", "2026-02-16"), begins);
	assert_int_equal(n_seqs, 0);
	assert_int_equal(span.begin_ns + span.end_ns, 0);
	assert_string_equal(ask("--since", "2026-02-16T12:00:01Z"), "");
	assert_says(ask("--since", "2026-02-17"),
		    "the last line of the store is of 2026-02-16T12:00:10.000Z (UTC)");
	assert_int_equal(span.begin_ns + span.end_ns, 0);
}

static void what_has_left_the_store_is_said(void **state)
{
	(void)state;
	open_store(BOOT);
	for (unsigned int seq = 15; seq < 20; seq++)
		keep(seq, "curl", 80);
	close_store();
	assert_says(ask(), "the store begins at 2026-02-16T12:00:15.000Z (UTC): at least 14 lines "
			   "of before have left it");
	assert_null(strstr(said, "missing"));
	assert_string_equal(ask("--since", "2026-02-16T12:00:16Z"), "");
}

/* All of an earlier boot, which nothing but the line of that has. */
static void what_the_recorder_says_that_has_left_is_said(void **state)
{
	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", "");
	keep_notice(2, "loss",
		    ",\"tpconnect.store.dropped.boot.id\":\"" BOOT2 "\","
		    "\"tpconnect.store.dropped.first_seq\":4,"
		    "\"tpconnect.store.dropped.last_seq\":23");
	close_store();
	assert_says(ask(), "at least 20 lines of before have left it");
}

#define OBSERVED(what, time) ",\"tpconnect.observed." what "\":\"2026-02-16T12:00:" time "Z\""

/* 1 to 3, kill -9, 6 to 8, an end as it should be, and again from 12 on. */
static void keep_gaps(void)
{
	open_store(BOOT);
	keep_notice(1, "start", OBSERVED("from", "01"));
	keep(2, "curl", 80);
	keep(3, "curl", 80);
	keep_notice(6, "start", OBSERVED("from", "06.5"));
	keep(7, "curl", 80);
	keep_notice(8, "stop", OBSERVED("until", "07.25"));
	keep_notice(12, "start", OBSERVED("from", "12"));
	keep_notice(14, "stop", OBSERVED("until", "14"));
	close_store();
}

static void when_nobody_recorded_is_said(void **state)
{
	static const char killed[] =
		"nobody recorded from 2026-02-16T12:00:03.000Z to 2026-02-16T12:00:06.500Z";
	static const char ended[] =
		"nobody recorded from 2026-02-16T12:00:07.250Z to 2026-02-16T12:00:12.000Z";

	(void)state;
	keep_gaps();
	assert_says(ask(), killed);
	assert_says(said, ended);
	assert_says(ask("--by", "dst"), killed);
	/* Frames of before are not read, and it is said all the same; but of another time it is
	 * not. */
	assert_says(ask("--since", "2026-02-16T12:00:10Z"), ended);
	assert_null(strstr(said, killed));
	assert_null(strstr(ask("--until", "2026-02-16T12:00:03Z"), "nobody"));
	assert_null(strstr(ask("-e", "all", "-o", "json"), "nobody"));
}

static void many_gaps_are_summed_up(void **state)
{
	unsigned int told = 0;

	(void)state;
	open_store(BOOT);
	for (unsigned int seq = 1; seq < 12; seq++)
		keep_notice(seq, "start", "");
	close_store();
	ask();
	for (const char *at = said; (at = strstr(at, "nobody recorded from ")); at++)
		told++;
	assert_int_equal(told, 5);
	assert_says(said, "nobody recorded 10 times, of which the first are told; 10s in all");
}

/* Not here, as this process would ask for its own lock: nobody writes. */
static void damage_is_said_in_sentences(void **state)
{
	size_t size;
	char *data;

	(void)state;
	keep_some("");
	data = read_whole(path_of(BOOT, 1), &size);
	data[200] ^= 1;
	write_whole(path_of(BOOT, 1), data, size);
	free(data);
	ask();
	assert_says(said, path_of(BOOT, 1));
	assert_says(said, "1 damaged place of the store, with ");
	assert_says(said, "10 lines are missing, as");
}

static void filters_leave_events_out_and_no_notices(void **state)
{
	(void)state;
	keep_some("");
	ask("-C", "curl");
	assert_seqs(6, 1, 10);
	assert_int_equal(seqs[1], 3);
	ask("-P", "85", "-C", "curl");
	assert_seqs(3, 1, 10);
	assert_int_equal(seqs[1], 5);
	ask("-d", "192.0.2.1", "-P", "84");
	assert_seqs(3, 1, 10);
	ask("-d", "192.0.2.2");
	assert_seqs(2, 1, 10);
}

static void no_more_is_read_than_is_wanted(void **state)
{
	(void)state;
	keep_some("");
	wanted_at_most = 3;
	assert_string_equal(ask(), "");
	assert_seqs(3, 1, 3);
}

static void what_lacks_is_said(void **state)
{
	(void)state;
	keep_some(",\"tpconnect.loss.ring\":5");
	assert_says(ask(), "some of what happened was lost as it was recorded");
	/* Of another time. */
	assert_string_equal(ask("--until", "2026-02-16T12:00:09Z"), "");
	assert_says(ask("--exe", "curl"), "8 events might have been wanted");
}

/* What is shown of a store with these options; nothing of it is known to stderr. */
#define show(...)                                                                                  \
	show_words((const char *const[]){"history", "--store", t.dir, ##__VA_ARGS__, NULL})

static const char *show_words(const char *const *words)
{
	static char shown[4096];
	const char *all[WORDS_MAX] = {0};
	char path[128], *data;
	size_t n = 0, size;

	snprintf(path, sizeof(path), "%s/shown", t.dir);
	unlink(path);
	for (; words[n]; n++)
		all[n] = words[n];
	all[n++] = "-w";
	all[n] = path;
	listen_to_stderr();
	assert_int_equal(history_main(good_words(all), false), STATUS_DONE);
	heard();
	data = read_whole(path, &size);
	assert_true(size < sizeof(shown));
	memcpy(shown, data, size + 1);
	free(data);
	return shown;
}

static void reports_say_of_which_time_they_are(void **state)
{
	static const char whole[] = "from 2026-02-16 12:00:01.000 to 2026-02-16 12:00:10.000 "
				    "UTC:\n";

	(void)state;
	keep_some("");
	assert_memory_equal(show("--by", "dst"), whole, strlen(whole));
	assert_memory_equal(show("--latency"), whole, strlen(whole));
	assert_memory_equal(show("--by", "dst", "--since", "2026-02-15"), whole, strlen(whole));
}

static void of_what_is_not_kept_nothing_is_claimed(void **state)
{
	(void)state;
	keep_some("");
	for (int day = 15; day < 18; day += 2) {
		const char *since = day == 15 ? "2026-02-15" : "2026-02-17";
		const char *until = day == 15 ? "2026-02-16" : "2026-02-18";

		assert_string_equal(show("--by", "dst", "--since", since, "--until", until),
				    "no attempt of that time is kept\n");
		assert_string_equal(show("--by", "dst", "-f", "--since", since, "--until", until),
				    "no failure of that time is kept\n");
		assert_string_equal(show("--latency", "--since", since, "--until", until),
				    "no connection that was established then is kept\n");
	}
}

static void a_table_has_its_days(void **state)
{
	const char *first, *second;

	(void)state;
	open_store(BOOT);
	keep(1, "curl", 80);
	keep(2, "curl", 80);
	keep(24 * 3600 + 3, "curl", 80);
	close_store();
	first = strstr(show("-o", "table"), "\n2026-02-16 (UTC)\n12:00:01");
	assert_non_null(first);
	second = strstr(first, "\n2026-02-17 (UTC)\n12:00:03");
	assert_non_null(second);
	assert_null(strstr(second + sizeof("2026-02-17 (UTC)"), "(UTC)"));
}

/* What follows is not asked for; that nobody recorded up to there is. */
static void a_gap_that_reaches_beyond_the_span_is_said(void **state)
{
	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", OBSERVED("from", "01"));
	keep(2, "curl", 80);
	assert_int_equal(store_flush(t.store), 0);
	keep_notice(8, "start", OBSERVED("from", "08"));
	keep(9, "curl", 80);
	close_store();
	assert_says(ask("--until", "2026-02-16T12:00:05Z"),
		    "nobody recorded from 2026-02-16T12:00:02.000Z to 2026-02-16T12:00:08.000Z");
	assert_seqs(2, 1, 2);
}

/* As a newer version's: it takes room, and of which time it is cannot be read. */
static void what_cannot_be_read_is_not_empty(void **state)
{
	const struct options *options;
	static char unreadable[3500];

	(void)state;
	open_store(BOOT);
	keep(1, "curl", 80);
	close_store();
	write_whole(path_of(BOOT, 1), unreadable, sizeof(unreadable));
	open_store(BOOT2);
	options = good("record", "--store", t.dir);
	listen_to_stderr();
	keeper_say(&options->store, t.store);
	assert_says(heard(), "since a time that is not known");
	assert_null(strstr(said, "empty"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		history_row(all_lines_come_in_order_notices_as_well),
		history_row(a_span_has_its_beginning_and_not_its_end),
		history_row(where_no_bound_is_asked_for_the_lines_tell),
		history_row(a_span_begins_where_the_store_begins),
		history_row(what_has_left_the_store_is_said),
		history_row(what_the_recorder_says_that_has_left_is_said),
		history_row(when_nobody_recorded_is_said),
		history_row(many_gaps_are_summed_up),
		history_row(damage_is_said_in_sentences),
		history_row(a_gap_that_reaches_beyond_the_span_is_said),
		history_row(reports_say_of_which_time_they_are),
		history_row(of_what_is_not_kept_nothing_is_claimed),
		history_row(a_table_has_its_days),
		history_row(what_cannot_be_read_is_not_empty),
		history_row(filters_leave_events_out_and_no_notices),
		history_row(no_more_is_read_than_is_wanted),
		history_row(what_lacks_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
