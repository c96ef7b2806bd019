// SPDX-License-Identifier: MIT
/* Command lines of count and latency. */
#include "unit/parsed.h"

static void commands_of_reports_take_an_interval_and_groups(void **state)
{
	const struct options *options = good("count");

	(void)state;
	assert_int_equal(options->output.by, BY_PROCESS | BY_DST);
	assert_int_equal(options->limits.interval_ns, 0);
	assert_true(options->request.config.event_mask & EVENT_BIT(EVENT_CONNECT));
	options = good("count", "-N", "--by", "port,user", "500ms", "-q", "--", "true");
	assert_int_equal(options->output.by, BY_PORT | BY_USER);
	assert_int_equal(options->limits.interval_ns, 500000000);
	assert_int_equal(options->verbosity, -1);
	assert_true(options->output.names);
	assert_string_equal(options->limits.argv[0], "true");
	options = good("latency", "2");
	assert_int_equal(options->request.config.event_mask, EVENT_BIT(EVENT_ESTABLISHED));
	assert_int_equal(options->output.by, 0);
	bad("count", "1", "2");
	bad("count", "10ms");
	bad("count", "curl");
	bad("count", "--by", "dst,,");
	bad("count", "-e", "all");
	bad("count", "-n", "1");
	bad("latency", "-f");
	bad("--by", "dst");
	bad("trace", "1");
}

/* Names of destinations are there only where answers of name servers are looked at. */
static void by_name_implies_dns(void **state)
{
	(void)state;
	assert_int_equal(good("count", "--by", "process,name")->request.dns, DNS_PROCESS);
	assert_int_equal(parsed.options.output.by, BY_PROCESS | BY_NAME);
	assert_true(parsed.options.request.config.context);
	assert_int_equal(good("latency", "--by", "name", "--dns=host")->request.dns, DNS_HOST);
	assert_int_equal(good("top", "--by", "name")->request.dns, DNS_PROCESS);
	assert_int_equal(good("count", "--by", "dst")->request.dns, DNS_UNUSED);
	assert_int_equal(good("list", "--by", "name")->request.dns, DNS_UNUSED);
}

static void a_row_of_top_is_of_one_thing(void **state)
{
	static const char *const good_ones[] = {"process", "exe",  "container", "user",
						"dst",	   "port", "name"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good_ones); i++)
		assert_int_equal(good("top", "--by", good_ones[i])->output.by,
				 by_find(good_ones[i]));
	assert_says(bad("top", "--by", "dst,name"), "together by one of process, exe");
	assert_says(bad("top", "--by", "cgroup"), "together by one of process, exe");
	assert_says(bad("top", "--by", "unit"), "together by one of process, exe");
	assert_says(bad("top", "--by", "name", "-o", "json"), "--by is for the screen of top");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(commands_of_reports_take_an_interval_and_groups),
		row(by_name_implies_dns),
		row(a_row_of_top_is_of_one_thing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
