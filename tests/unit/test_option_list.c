// SPDX-License-Identifier: MIT
/* Command lines of list. */
#include "unit/parsed.h"

static void a_listing_is_a_table_of_what_is_outbound(void **state)
{
	const struct options *options = good("list");

	(void)state;
	assert_int_equal(options->command, COMMAND_LIST);
	assert_string_equal(options->output.format, "table");
	assert_true(options->request.only_open);
	assert_true(options->request.config.open_tell);
	assert_false(options->request.config.open_all);
	assert_false(options->request.config.open_track);
	assert_false(options->request.config.syscalls);
	assert_true(options->request.config.context);
	assert_int_equal(options->output.by, 0);
	assert_string_equal(good("list", "-o", "text")->output.format, "text");
	assert_string_equal(good("-o", "json", "list")->output.format, "json");
	assert_true(good("list", "--all")->request.config.open_all);
	assert_false(good("count")->request.only_open);
	assert_false(good("trace")->request.config.open_all);
}

static void a_listing_takes_filters_and_groups(void **state)
{
	const struct options *options =
		good("list", "-p", "1", "-u", "0", "-P", "443,!80", "-d", "10.0.0.0/8", "-C",
		     "!curl", "--exe", "curl", "--container", "0123456789ab", "--unit", "nginx",
		     "-4", "--netns", "4026531840", "--by", "process,dst", "-n", "20", "-N", "-q",
		     "--container-names", "--all");

	(void)state;
	assert_int_equal(options->request.pids.named.n, 1);
	assert_int_equal(options->request.uids.named.n, 1);
	assert_true(options->request.config.filter_port);
	assert_int_equal(options->request.networks.named.n, 1);
	assert_int_equal(options->request.comms.left_out.n, 1);
	assert_int_equal(options->request.wanted.exes.named.n, 1);
	assert_int_equal(options->request.wanted.containers.named.n, 1);
	assert_int_equal(options->request.wanted.units.named.n, 1);
	assert_int_equal(options->request.config.family, 4);
	assert_int_equal(options->request.config.netns, 4026531840);
	assert_int_equal(options->output.by, BY_PROCESS | BY_DST);
	assert_int_equal(options->limits.max_events, 20);
	assert_true(options->output.names);
	assert_true(options->request.container_names);
	assert_int_equal(options->verbosity, -1);
}

static void what_is_of_tracing_is_refused(void **state)
{
	static const char *const words[][3] = {
		{"--follow", "", "--follow is for"},
		{"-e", "all", "--events is for trace"},
		{"-l", "1s", "--min-latency is for"},
		{"-f", "", "--failed is for"},
		{"-t", "1", "--time is for"},
		{"--wait", "", "--wait is for"},
		{"--args", "", "--args is for trace"},
		{"--lineage", "", "--lineage is for trace"},
		{"--no-syscalls", "", "--no-syscalls is for"},
		{"--btf", "file", "--btf is for"},
		{"--ring-size", "4M", "--ring-size is for"},
		{"--repeat-limit", "1", "--repeat-limit is for trace"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *line[] = {"list", words[i][0], *words[i][1] ? words[i][1] : NULL, NULL};

		assert_says(bad_words(line), words[i][2]);
		assert_says(parsed.error.text, "leave it out of tpconnect list");
	}
	assert_says(bad("--all"), "--all is for list");
	assert_says(bad("list", "1"), "'1' is too much: list takes options only");
	assert_says(bad("list", "count"), "'count' is too much");
	assert_says(bad("detach", "1"), "'1' is too much: detach takes options only; see");
	assert_says(bad("doctor", "x"), "'x' is too much: doctor takes options only; see");
	assert_says(bad("list", "--", "true"), "list takes no command");
	assert_says(bad("list", "--by", "fd"), "fd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_listing_is_a_table_of_what_is_outbound),
		row(a_listing_takes_filters_and_groups),
		row(what_is_of_tracing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
