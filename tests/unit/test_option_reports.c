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

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(commands_of_reports_take_an_interval_and_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
