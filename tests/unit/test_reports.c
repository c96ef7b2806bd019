// SPDX-License-Identifier: MIT
/* The reports of count and latency, and the summary of a command's connections. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/report_count.h"
#include "format/report_latency.h"
#include "format/summary.h"
#include "unit/written.h"
#include "util/array.h"

static const struct format_context ctx_2026 = {.boot_to_utc_ns = 1771245296ll * 1000000000,
					       .seq = 3};
static const struct span second = {.begin_ns = 0, .end_ns = 1000000000};

static struct counts some_counts = {
	.attempts = 12,
	.established = 8,
	.failed = 4,
	.errors = {{ECONNREFUSED, 3}, {ETIMEDOUT, 1}},
};

static struct group group_of(void *value)
{
	struct group group = {
		.key = {.has = KEY_HAS_PROCESS | KEY_HAS_PEER,
			.uid = 33,
			.comm = "e\033vil",
			.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1},
			.port = 443,
			.cgroup_id = 9007199254740993},
		.cgroup = {.id = 9007199254740993},
		.process = {.pid = 7},
		.value = value,
	};

	return group;
}

static void counts_make_a_table(void **state)
{
	struct group group = group_of(&some_counts), other = {.other = true, .value = &some_counts};
	struct buffer out = empty_buffer();
	struct report_table table;

	(void)state;
	report_table_start(&table, &count_columns, BY_PROCESS | BY_DST);
	report_table_fit(&table, &group, NULL);
	group.process.several = true;
	report_table_fit(&table, &group, NULL);
	group.process.several = false;
	report_table_fit(&table, &other, NULL);
	span_title(&out, &second, &ctx_2026);
	report_table_header(&out, &table);
	report_table_row(&out, &table, &group, &ctx_2026);
	group.process.several = true;
	report_table_row(&out, &table, &group, &ctx_2026);
	report_table_row(&out, &table, &other, &ctx_2026);
	other.folded = 123;
	report_table_row(&out, &table, &other, &ctx_2026);
	assert_string_equal(text_of(&out),
			    "2026-02-16 12:34:57.000 UTC, the last 1.000s:\n"
			    "    PID COMM  DST       ATTEMPTS ESTAB FAILED CANCEL ERRORS\n"
			    "      7 e?vil 192.0.2.1       12     8      4      0 "
			    "ECONNREFUSED=3,ETIMEDOUT=1\n"
			    "several e?vil 192.0.2.1       12     8      4      0 "
			    "ECONNREFUSED=3,ETIMEDOUT=1\n"
			    "other                         12     8      4      0 "
			    "ECONNREFUSED=3,ETIMEDOUT=1\n"
			    "123 more                      12     8      4      0 "
			    "ECONNREFUSED=3,ETIMEDOUT=1\n");
}

/* Of a line without control characters: the columns that it takes. */
static unsigned int columns_of(const char *text)
{
	unsigned int columns = 0;

	for (; *text && *text != '\n'; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

static void a_table_is_narrowed_to_what_is_there(void **state)
{
	static struct counts counts = {
		.attempts = 100000,
		.failed = 23456,
		.errors = {{ECONNREFUSED, 23400}, {EADDRNOTAVAIL, 55}, {ENETUNREACH, 1}},
	};
	struct group group = group_of(&counts);

	(void)state;
	memcpy(group.key.comm, "123456789abcdef", COMM_LEN);
	memset(group.key.addr, 0xfe, sizeof(group.key.addr));
	group.process.several = true;
	for (unsigned int width = 300; width >= 72; width--) {
		struct buffer out = empty_buffer();
		struct report_table table;
		const char *row;

		report_table_start(&table, &count_columns, BY_PROCESS | BY_DST);
		report_table_fit(&table, &group, NULL);
		report_table_narrow(&table, width);
		report_table_row(&out, &table, &group, &ctx_2026);
		row = text_of(&out);
		assert_true(columns_of(row) >= 60 && columns_of(row) <= width);
		/* No number of an errno loses digits. */
		assert_true(strstr(row, "ECONNREFUSED=23400") || !strstr(row, "ECONNREFUSED="));
		assert_true(strstr(row, "EADDRNOTAVAIL=55") || !strstr(row, "EADDRNOTAVAIL="));
	}
}

static void merged_counts_and_histograms_are_sums(void **state)
{
	static struct histogram sum, part, all, none;
	struct counts counts = {0};

	(void)state;
	counts_merge(&counts, &some_counts);
	counts_merge(&counts, &some_counts);
	assert_int_equal(counts.attempts, 24);
	assert_int_equal(counts.failed, 8);
	assert_int_equal(counts.errors[1].error, ETIMEDOUT);
	assert_int_equal(counts.errors[1].n, 2);
	for (unsigned int i = 1; i < 100; i++) {
		histogram_add(i % 3 ? &sum : &part, (uint64_t)i * i * 1000);
		histogram_add(&all, (uint64_t)i * i * 1000);
	}
	histogram_merge(&sum, &part);
	assert_memory_equal(&sum, &all, sizeof(sum));
	/* Nothing changes nothing, and to nothing it adds all. */
	histogram_merge(&sum, &none);
	assert_memory_equal(&sum, &all, sizeof(sum));
	histogram_merge(&none, &sum);
	assert_memory_equal(&none, &all, sizeof(none));
	/* The least may come by merging, as may the greatest. */
	histogram_add(&part, 1);
	histogram_add(&part, 1000000000);
	histogram_merge(&sum, &part);
	assert_int_equal(sum.min_ns, 1);
	assert_int_equal(sum.max_ns, 1000000000);
}

/* Each sum is of its own number: none is left out, and none stands for another. */
static void every_number_is_merged(void **state)
{
	struct counts sum = {.attempts = 1, .established = 2, .failed = 3, .cancelled = 4};
	const struct counts more = {
		.attempts = 10,
		.established = 20,
		.failed = 30,
		.cancelled = 40,
		.errors = {[COUNTS_ERRORS] = {.n = 50}},
	};

	(void)state;
	counts_merge(&sum, &more);
	counts_merge(&sum, &more);
	assert_int_equal(sum.attempts, 21);
	assert_int_equal(sum.established, 42);
	assert_int_equal(sum.failed, 63);
	assert_int_equal(sum.cancelled, 84);
	assert_int_equal(sum.errors[0].n, 0);
	assert_int_equal(sum.errors[COUNTS_ERRORS].n, 100);
}

/* What has no place of its own goes to the last, also when it comes by merging. */
static void errors_beyond_the_room_are_merged_into_the_last(void **state)
{
	struct counts sum = {0}, more = {0};

	(void)state;
	for (int i = 0; i < COUNTS_ERRORS; i++) {
		sum.errors[i] = (struct error_count){.error = (uint16_t)(100 + i), .n = 1};
		more.errors[i] = (struct error_count){.error = (uint16_t)(101 + i), .n = 7};
	}
	counts_merge(&sum, &more);
	assert_int_equal(sum.errors[0].n, 1);
	assert_int_equal(sum.errors[1].n, 8);
	assert_int_equal(sum.errors[COUNTS_ERRORS - 1].n, 8);
	assert_int_equal(sum.errors[COUNTS_ERRORS].n, 7);
	assert_int_equal(sum.errors[COUNTS_ERRORS].error, 0);
}

static void counts_make_json_of_numbers_only(void **state)
{
	struct group group = group_of(&some_counts);
	struct buffer out = empty_buffer();

	(void)state;
	count_json(&out, &group, BY_PROCESS | BY_DST | BY_PORT | BY_USER | BY_CGROUP, &second,
		   &ctx_2026);
	assert_string_equal(
		text_of(&out),
		"{\"timestamp\":\"2026-02-16T12:34:57.000000000Z\",\"event.name\":"
		"\"tpconnect.count\",\"tpconnect.seq\":3,\"tpconnect.interval_ns\":1000000000,"
		"\"network.type\":\"ipv4\",\"network.peer.address\":\"192.0.2.1\","
		"\"network.peer.port\":443,\"process.pid\":7,\"process.executable.name\":"
		"\"e\\u001bvil\",\"process.user.id\":33,\"tpconnect.cgroup.id\":"
		"\"9007199254740993\",\"tpconnect.attempts\":12,\"tpconnect.established\":8,"
		"\"tpconnect.failed\":4,\"tpconnect.cancelled\":0,"
		"\"tpconnect.failed.ECONNREFUSED\":3,\"tpconnect.failed.ETIMEDOUT\":1}\n");
	out = empty_buffer();
	group.process.several = true;
	count_json(&out, &group, BY_PROCESS, &second, &ctx_2026);
	assert_null(strstr(text_of(&out), "process.pid"));
	out = empty_buffer();
	group.other = true;
	count_json(&out, &group, BY_PROCESS, &second, &ctx_2026);
	assert_non_null(strstr(text_of(&out), ",\"tpconnect.other\":true,"));
}

/* Every kind of text, with what a terminal or JSON must not get as it is. */
static const char *const some_texts[KEY_TEXTS] = {
	[TEXT_OF_EXE] = "/usr/bin/e\033vil",
	[TEXT_OF_CONTAINER_ID] = "0375b48a72e3c0ffee0123456789abcdef0123456789abcdef0123456789abcd",
	[TEXT_OF_UNIT] = "nginx.service",
	[TEXT_OF_CGROUP] = "/system.slice/nginx.service",
};

#define BY_TEXTS (BY_EXE | BY_CONTAINER | BY_UNIT | BY_CGROUP)

static void texts_make_columns_titles_and_json(void **state)
{
	struct group group = group_of(&some_counts), unknown = group_of(&some_counts);
	struct buffer out = empty_buffer();
	struct report_table table;

	(void)state;
	memcpy(group.texts, some_texts, sizeof(some_texts));
	group.key.cgroup_id = 0;
	report_table_start(&table, &count_columns, BY_TEXTS);
	report_table_fit(&table, &group, NULL);
	report_table_fit(&table, &unknown, NULL);
	report_table_header(&out, &table);
	report_table_row(&out, &table, &group, &ctx_2026);
	report_table_row(&out, &table, &unknown, &ctx_2026);
	assert_string_equal(text_of(&out), "EXE            CONTAINER    UNIT          CGROUP       "
					   "               ATTEMPTS ESTAB "
					   "FAILED CANCEL ERRORS\n"
					   "/usr/bin/e?vil 0375b48a72e3 nginx.service "
					   "/system.slice/nginx.service       12     8 "
					   "     4      0 ECONNREFUSED=3,ETIMEDOUT=1\n"
					   "-              -            -             "
					   "9007199254740993                  12     8 "
					   "     4      0 ECONNREFUSED=3,ETIMEDOUT=1\n");
	out = empty_buffer();
	key_title(&out, &group, BY_TEXTS, NULL);
	assert_string_equal(text_of(&out), "exe=/usr/bin/e?vil container=0375b48a72e3 "
					   "unit=nginx.service cgroup=/system.slice/nginx.service");
	out = empty_buffer();
	count_json(&out, &group, BY_TEXTS, &second, &ctx_2026);
	assert_non_null(strstr(
		text_of(&out),
		",\"process.executable.path\":\"/usr/bin/e\\u001bvil\",\"container.id\":"
		"\"0375b48a72e3c0ffee0123456789abcdef0123456789abcdef0123456789abcd\","
		"\"tpconnect.systemd.unit\":\"nginx.service\",\"process.linux.cgroup\":"
		"\"/system.slice/nginx.service\",\"tpconnect.cgroup.id\":\"9007199254740993\","));
}

static void what_stands_for_a_path_or_an_id_is_told_apart(void **state)
{
	struct group group = group_of(&some_counts);
	struct buffer out = empty_buffer();

	(void)state;
	group.texts[TEXT_OF_MEMFD] = "x";
	group.texts[TEXT_OF_CONTAINER_NAME] = "my web";
	key_title(&out, &group, BY_EXE | BY_CONTAINER, NULL);
	assert_string_equal(text_of(&out), "exe=memfd:x container=my web");
	out = empty_buffer();
	group.cgroup.several = true;
	count_json(&out, &group, BY_EXE | BY_CGROUP, &second, &ctx_2026);
	assert_non_null(strstr(text_of(&out),
			       ",\"tpconnect.process.executable.memfd\":\"x\","
			       "\"container.name\":\"my web\",\"tpconnect.attempts"));
	group.texts[TEXT_OF_MEMFD] = NULL;
	group.texts[TEXT_OF_EXE_TAIL] = "bin/curl";
	out = empty_buffer();
	key_title(&out, &group, BY_EXE, NULL);
	assert_string_equal(text_of(&out), "exe=.../bin/curl");
	out = empty_buffer();
	count_json(&out, &group, BY_EXE, &second, &ctx_2026);
	assert_non_null(
		strstr(text_of(&out), ",\"tpconnect.process.executable.tail\":\"bin/curl\","));
}

/* A path keeps its end, which says most. */
static void texts_are_narrowed_to_a_terminal(void **state)
{
	struct group group = group_of(&some_counts);

	(void)state;
	memcpy(group.texts, some_texts, sizeof(some_texts));
	group.texts[TEXT_OF_EXE] = "/opt/a/very/long/path/to/where/nobody/looks/bin/curl";
	group.texts[TEXT_OF_UNIT] = "a-unit-of-a-very-long-name-indeed.service";
	group.key.cgroup_id = 0;
	for (unsigned int width = 200; width >= 100; width--) {
		struct buffer out = empty_buffer();
		struct report_table table;

		report_table_start(&table, &count_columns, BY_TEXTS);
		report_table_fit(&table, &group, NULL);
		report_table_narrow(&table, width);
		report_table_row(&out, &table, &group, &ctx_2026);
		assert_true(columns_of(text_of(&out)) <= width);
		assert_non_null(strstr(text_of(&out), "/bin/curl "));
		assert_non_null(strstr(text_of(&out), "x.service "));
		assert_non_null(strstr(text_of(&out), " 0375b48a72e3 "));
	}
}

static void latencies_are_drawn_as_bcc_does(void **state)
{
	static struct histogram histogram;
	struct group group = group_of(&histogram);
	struct buffer out = empty_buffer();

	(void)state;
	for (int i = 0; i < 80; i++)
		histogram_add(&histogram, 5000);
	histogram_add(&histogram, 20000);
	latency_drawing(&out, &group, BY_DST, &ctx_2026);
	assert_string_equal(
		text_of(&out),
		"\ndst=192.0.2.1\n"
		"     usecs               : count    distribution\n"
		"         4 -> 7          : 80       |****************************************|\n"
		"         8 -> 15         : 0        |                                        |\n"
		"        16 -> 31         : 1        |*                                       |\n"
		"n=81 p50<=0.006ms p90<=0.006ms p99<=0.020ms max=0.020ms\n");
	assert_int_equal(latency_drawing_lines(&histogram, BY_DST), 7);
	out = empty_buffer();
	latency_json(&out, &group, 0, &second, &ctx_2026);
	assert_non_null(
		strstr(text_of(&out), "\"tpconnect.latency.buckets\":[[4,8,80],[16,32,1]]}"));
	assert_non_null(strstr(text_of(&out), "\"tpconnect.latency.max_ns\":20000,"));
}

static void the_longest_drawing_fits(void **state)
{
	static struct histogram histogram;
	static char drawing[400000], text[4096];
	struct group group = group_of(&histogram);
	struct buffer out = {.data = drawing, .cap = LATENCY_DRAWING_MAX};

	(void)state;
	memset(text, 0x80, sizeof(text) - 1);
	for (size_t i = 0; i < KEY_TEXTS; i++)
		group.texts[i] = text;
	for (unsigned int shift = 0; shift < 64; shift++)
		histogram_add(&histogram, 1ull << shift);
	latency_drawing(&out, &group, 0xfff, &ctx_2026);
	assert_false(out.overflow);
	out = (struct buffer){.data = drawing, .cap = REPORT_LINE_MAX + report_texts_max(&group)};
	assert_true(out.cap <= sizeof(drawing));
	latency_json(&out, &group, 0xfff, &second, &ctx_2026);
	assert_false(out.overflow);
	memset(text, 1, sizeof(text) - 1); /* in JSON, six bytes each */
	out.len = 0;
	latency_json(&out, &group, 0xfff, &second, &ctx_2026);
	assert_false(out.overflow);
}

/* A command's summary */

static void summarize(struct summary *summary, enum event_kind kind, uint16_t error, uint64_t ns)
{
	static const struct dns_names names;
	static const struct image image;
	const struct event event = {
		.kind = kind,
		.has = EVENT_HAS_LATENCY,
		.error = error,
		.latency_ns = ns,
		.family = 6,
		.dst = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 7}, .port = 443},
		.image = &image,
		.names = &names,
	};

	summary_add(summary, &event);
}

static void assert_summary(const struct summary *summary, uint32_t events, const char *expected)
{
	struct buffer out = empty_buffer();

	summary_put(&out, summary, events, false);
	assert_string_equal(text_of(&out), expected);
}

static void a_summary_says_what_was_asked_for_only(void **state)
{
	const uint32_t all = ~0u, failed = EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_RETRY);
	struct buffer narrowed = empty_buffer();
	struct summary summary = {0};

	(void)state;
	assert_summary(&summary, all, "no connection was attempted");
	summary_put(&narrowed, &summary, all, true);
	assert_string_equal(text_of(&narrowed), "no attempt fits the filters");
	assert_summary(&summary, EVENT_BIT(EVENT_CLOSE), "");
	assert_true(summary_is_empty(&summary, all));
	assert_false(summary_is_empty(&summary, EVENT_BIT(EVENT_CLOSE)));
	summarize(&summary, EVENT_ESTABLISHED, 0, 412000);
	assert_false(summary_is_empty(&summary, all));
	assert_summary(&summary, all,
		       "1 attempt: 1 established; it took 0.412ms, to [2001:db8::7]:443");
	summarize(&summary, EVENT_CONNECT, 0, 0);
	summarize(&summary, EVENT_FAILED, ETIMEDOUT, 3000000000);
	summarize(&summary, EVENT_FAILED, ECONNREFUSED, 1000);
	summarize(&summary, EVENT_FAILED, ETIMEDOUT, 1000);
	assert_summary(&summary, all,
		       "4 attempts: 1 established, 3 failed (ETIMEDOUT 2, ECONNREFUSED 1); the "
		       "slowest took 3.000s, to [2001:db8::7]:443 (failed)");
	assert_summary(&summary, failed,
		       "3 failed (ETIMEDOUT 2, ECONNREFUSED 1); the slowest took 3.000s, to "
		       "[2001:db8::7]:443 (failed)");
}

static void summarize_name(struct summary *summary, const char *comm, const struct image *image)
{
	struct event event = {.kind = EVENT_ESTABLISHED, .image = image};

	strcpy(event.comm, comm);
	summary_add(summary, &event);
}

/* Of those whose name says what they run, nothing is said; nor of those of whom it is not known. */
static void a_summary_names_the_slowest_destination(void **state)
{
	static const struct {
		struct dns_names names;
		const char *said;
	} cases[] = {
		{{DNS_FROM_PROCESS, 1, {"a.example"}}, "a.example at "},
		{{DNS_FROM_PARENT, 1, {"a\n.example"}}, "a\\n.example at "},
		{{DNS_FROM_PROCESS, 2, {"a", "b"}}, ""},
		{{DNS_FROM_HOST, 1, {"a"}}, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct event event = {
			.kind = EVENT_ESTABLISHED,
			.has = EVENT_HAS_LATENCY,
			.latency_ns = 412000,
			.family = 6,
			.dst = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 7}, .port = 443},
			.names = &cases[i].names,
		};
		struct summary summary = {0};
		char expected[200];

		snprintf(expected, sizeof(expected),
			 "2 attempts: 2 established; the slowest took 0.412ms, to "
			 "%s[2001:db8::7]:443",
			 cases[i].said);
		summary_add(&summary, &event);
		assert_null(summary.slowest.names);
		summarize(&summary, EVENT_ESTABLISHED, 0, 1000);
		assert_summary(&summary, ~0u, expected);
	}
}

static void a_summary_names_executables_that_are_called_otherwise(void **state)
{
	static const struct image node = {.exe = "/usr/bin/node"}, tail = {.exe_tail = "bin/dash"};
	static const struct image memory = {.memfd = "e\nvil"}, none;
	static const struct image long_name = {.exe = "/usr/lib/systemd/systemd-timesyncd"};
	struct summary summary = {0};

	(void)state;
	summarize_name(&summary, "node", &node);
	summarize_name(&summary, "dash", &tail);
	summarize_name(&summary, "systemd-timesyn", &long_name);
	summarize_name(&summary, "sh", NULL);
	summarize_name(&summary, "sh", &none);
	assert_summary(&summary, ~0u, "5 attempts: 5 established");
	summarize_name(&summary, "npm view \"x\"", &node);
	summarize_name(&summary, "npm view \"x\"", &node);
	assert_summary(&summary, ~0u,
		       "7 attempts: 7 established; \"npm view \\\"x\\\"\" is /usr/bin/node");
	summarize_name(&summary, "sh", &tail);
	summarize_name(&summary, "3", &memory);
	summarize(&summary, EVENT_ESTABLISHED, 0, 412000);
	assert_summary(
		&summary, ~0u,
		"10 attempts: 10 established; \"npm view \\\"x\\\"\" is /usr/bin/node, "
		"\"sh\" is .../bin/dash, \"3\" is memfd:e\\nvil; the slowest took 0.412ms, to "
		"[2001:db8::7]:443");
	assert_null(summary.slowest.image);
	assert_null(summary.slowest.names);
	summarize_name(&summary, "4", &memory);
	assert_false(summary.more_names);
	summarize_name(&summary, "5", &memory);
	assert_true(summary.more_names);
}

static void a_summary_shows_the_end_of_a_long_path(void **state)
{
	static char path[400];
	const struct image image = {.exe = path};
	struct summary summary = {0};
	struct buffer out = empty_buffer();

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	memcpy(path + sizeof(path) - 5, "/end", 5);
	for (char comm[] = "b"; *comm <= 'f'; ++*comm)
		summarize_name(&summary, comm, &image);
	summary_put(&out, &summary, ~0u, false);
	assert_non_null(strstr(text_of(&out), "; \"b\" is ...aaa"));
	assert_non_null(strstr(text_of(&out), "aaa/end, \"c\" is ...a"));
	assert_non_null(strstr(text_of(&out), "aaa/end, and there are more such"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_make_a_table),
		cmocka_unit_test(a_table_is_narrowed_to_what_is_there),
		cmocka_unit_test(merged_counts_and_histograms_are_sums),
		cmocka_unit_test(every_number_is_merged),
		cmocka_unit_test(errors_beyond_the_room_are_merged_into_the_last),
		cmocka_unit_test(counts_make_json_of_numbers_only),
		cmocka_unit_test(texts_make_columns_titles_and_json),
		cmocka_unit_test(what_stands_for_a_path_or_an_id_is_told_apart),
		cmocka_unit_test(texts_are_narrowed_to_a_terminal),
		cmocka_unit_test(latencies_are_drawn_as_bcc_does),
		cmocka_unit_test(the_longest_drawing_fits),
		cmocka_unit_test(a_summary_says_what_was_asked_for_only),
		cmocka_unit_test(a_summary_names_the_slowest_destination),
		cmocka_unit_test(a_summary_names_executables_that_are_called_otherwise),
		cmocka_unit_test(a_summary_shows_the_end_of_a_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
