// SPDX-License-Identifier: MIT
/* Command lines of audit. */
#include "unit/parsed.h"

#include "options/set.h"

static void a_command_is_marked_and_the_host_is_traced(void **state)
{
	const struct options *options = good("audit", "--", "make", "-j2");

	(void)state;
	assert_int_equal(options->command, COMMAND_AUDIT);
	assert_string_equal(options->limits.argv[0], "make");
	assert_int_equal(options->request.config.follow, FILTER_MARKED);
	assert_int_equal(options->request.config.event_mask, EVENTS_COUNT);
	assert_true(options->request.config.context);
	assert_false(options->audit.host);
	assert_false(options->request.rights.drop);
	options = good("audit", "--scope", "host", "--", "make");
	assert_true(options->audit.host);
	assert_int_equal(options->request.config.follow, FILTER_MARKED);
	assert_false(options->request.config.event_mask & EVENT_BIT(EVENT_OPEN));
}

static void without_a_command_it_is_the_host(void **state)
{
	const struct options *options = good("audit", "-t", "1s");

	(void)state;
	assert_true(options->audit.host);
	assert_int_equal(options->request.config.follow, FILTER_UNUSED);
	assert_true(options->request.config.event_mask & EVENT_BIT(EVENT_OPEN));
	assert_int_equal(good("audit", "-w", "x")->request.config.event_mask, EVENTS_ALL);
}

static void files_are_records(void **state)
{
	const struct options *options = good("audit", "a.json", "--allow", "x", "b.json");

	(void)state;
	assert_int_equal(options->files.n, 2);
	assert_string_equal(((const char *const *)options->files.items)[0], "a.json");
	assert_string_equal(((const char *const *)options->files.items)[1], "b.json");
	assert_string_equal(options->audit.allow_path, "x");
	assert_says(bad("audit", "a.json", "--", "make"), "'a.json' is a record");
	assert_says(bad("audit", "a.json", "-t", "1"),
		    "--time is for tracing, and 'a.json' is a record");
	assert_says(bad("audit", "--no-syscalls", "a.json"), "--no-syscalls is for tracing");
	assert_says(bad("audit", "a.json", "-w", "x"), "--write records what is traced");
	assert_int_equal(good("audit", "list")->files.n, 1);
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	assert_says(bad("audit", "--allow", "x", "--learn", "y"), "give one of the two");
	assert_says(bad("audit", "--allow", ""), "--allow: a file name is missing");
	assert_says(bad("audit", "--learn", ""), "--learn: a file name is missing");
	assert_says(bad("audit", "--scope", "command"), "--scope command needs a COMMAND");
	assert_says(bad("audit", "--scope", "hots", "--", "x"), "did you mean");
	assert_says(bad("audit", "-C", "curl"), "--comm is for");
	assert_says(bad("trace", "--scope", "host"), "--scope is for audit;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_marked_and_the_host_is_traced),
		cmocka_unit_test(without_a_command_it_is_the_host),
		cmocka_unit_test(files_are_records),
		cmocka_unit_test(what_does_not_go_together_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
