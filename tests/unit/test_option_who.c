// SPDX-License-Identifier: MIT
/* Command lines: whose attempts, by executable, container and unit. */
#include "unit/parsed.h"
#include "util/array.h"

static const char *item(const struct vector *texts, size_t i)
{
	assert_true(i < texts->n);
	return ((char *const *)texts->items)[i];
}

static void executables_are_listed(void **state)
{
	const struct wanted *wanted =
		&good("--exe", "/no/such/curl,ssh", "--exe=!memfd:a/b")->request.wanted;

	(void)state;
	assert_int_equal(wanted->exes.named.n, 2);
	assert_string_equal(item(&wanted->exes.named, 0), "/no/such/curl");
	assert_string_equal(item(&wanted->exes.named, 1), "ssh");
	assert_int_equal(wanted->exes.left_out.n, 1);
	assert_string_equal(item(&wanted->exes.left_out, 0), "memfd:a/b");
}

/* What runs is what a link leads to. */
static void a_link_stands_for_what_it_leads_to_as_well(void **state)
{
	char link[] = "/tmp/tpconnect-link-XXXXXX", roundabout[64];
	int fd = mkstemp(link);
	const struct wanted *wanted;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(roundabout, sizeof(roundabout), "/tmp/../%s", link);
	wanted = &good("--exe", roundabout)->request.wanted;
	assert_int_equal(wanted->exes.named.n, 2);
	assert_string_equal(item(&wanted->exes.named, 0), link);
	wanted = &good("--exe", link)->request.wanted;
	assert_int_equal(wanted->exes.named.n, 1);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("/dev/null", link), 0);
	wanted = &good("--exe", link)->request.wanted;
	assert_int_equal(wanted->exes.named.n, 2);
	assert_string_equal(item(&wanted->exes.named, 0), "/dev/null");
	assert_string_equal(item(&wanted->exes.named, 1), link);
	assert_int_equal(unlink(link), 0);
}

static void what_is_no_executable_s_path_is_refused(void **state)
{
	static const char *const roundabout[] = {"/no/such/",	"/no//such", "/no/./such",
						 "/no/../such", "/usr/bin/", "/usr/../etc"};

	(void)state;
	assert_says(bad("--exe", "bin/curl"),
		    "--exe: \"bin/curl\" is not an absolute path; write it "
		    "whole, as /usr/bin/curl, or its last part alone");
	assert_says(bad("--exe", "ssh,!./curl"), "\"./curl\" is not an absolute path");
	assert_says(bad("--exe", "."), "\".\" is not an absolute path");
	assert_says(bad("--exe", "!.."), "\"..\" is not an absolute path");
	for (size_t i = 0; i < ARRAY_SIZE(roundabout); i++) {
		const char *error = bad("--exe", roundabout[i]);

		assert_says(error, roundabout[i]);
		assert_says(error, "write it without");
	}
	good("--exe", "/no/.such,/no/..such,/no/such..");
	assert_says(bad("--exe", ""), "an executable is missing; write them as");
	assert_says(bad("--exe", "a,"), "an executable is missing; write them as");
	assert_says(bad("--exe", "!"), "\"!\" has nothing behind it");
	assert_says(bad("--exe", "!!x"), "two !");
}

static void containers_are_ids_or_names(void **state)
{
	const struct wanted *wanted =
		&good("--container", "0375b48a72e3,web_1.x,db1,!cafe1,facade")->request.wanted;

	(void)state;
	assert_int_equal(wanted->containers.named.n, 4);
	assert_string_equal(item(&wanted->containers.named, 0), "0375b48a72e3");
	assert_string_equal(item(&wanted->containers.named, 3), "facade");
	assert_string_equal(item(&wanted->containers.left_out, 0), "cafe1");
	assert_says(bad("--container", "0375b48a72e"),
		    "--container: \"0375b48a72e\" is too short for an id; write 12 digits");
	assert_says(bad("--container", "!0375b4"), "\"0375b4\" is too short for an id");
	assert_says(
		bad("--container", "docker://0375b48a72e3"),
		"\"docker://0375b48a72e3\" is neither an id nor a name of a container; write 12");
	assert_says(bad("--container", "x,,"), "\"\" is neither");
}

static void units_are_completed_as_systemctl_does(void **state)
{
	const struct wanted *wanted =
		&good("--unit", "nginx,ssh.service,session-1.scope,!org.x.y,a@1")->request.wanted;
	char longest[260];

	(void)state;
	assert_int_equal(wanted->units.named.n, 4);
	assert_string_equal(item(&wanted->units.named, 0), "nginx.service");
	assert_string_equal(item(&wanted->units.named, 1), "ssh.service");
	assert_string_equal(item(&wanted->units.named, 2), "session-1.scope");
	assert_string_equal(item(&wanted->units.named, 3), "a@1.service");
	assert_string_equal(item(&wanted->units.left_out, 0), "org.x.y.service");
	memset(longest, 'a', sizeof(longest));
	longest[247] = '\0';
	good("--unit", longest);
	assert_int_equal(strlen(item(&parsed.options.request.wanted.units.named, 0)), 255);
	longest[247] = 'a';
	longest[248] = '\0';
	assert_says(bad("--unit", longest),
		    "is longer than a unit's name can be: at most 255 bytes");
	assert_says(bad("--unit", "a,system.slice/nginx.service"),
		    "--unit: \"system.slice/nginx.service\" is a path; write the unit alone");
	assert_says(bad("--unit", "!system.slice"), "\"system.slice\" is neither a service nor a "
						    "scope, and no others can be told; take "
						    "--cgroup");
	assert_says(bad("--unit", ""), "a unit is missing; write them as nginx,ssh.service");
}

static void what_leaves_nothing_is_refused(void **state)
{
	(void)state;
	assert_says(bad("--exe", "/no/such/curl,!curl"), "--exe leaves out all that it names");
	assert_says(bad("--container", "0123456789abcd,!0123456789ab"),
		    "--container leaves out all that it names");
	assert_says(bad("--unit", "a,b,!b,!a.service"), "--unit leaves out all that it names");
	good("--exe", "curl,!/no/such/curl");
	good("--exe", "/no/such/curl,ssh,!curl,!curl");
	good("--container", "0123456789ab,!0123456789abcd");
	good("--unit", "!a,b");
}

/* What is not shown is not asked for. */
static void reports_ask_who_it_was_only_where_they_tell(void **state)
{
	static const char *const asking[][2] = {
		{"--by", "process,exe"}, {"--by", "container"}, {"--by", "unit"},
		{"--by", "cgroup"},	 {"--exe", "curl"},	{"--unit", "!ssh"},
		{"--container", "web"},
	};

	(void)state;
	assert_true(good("trace")->request.config.context);
	assert_false(good("count")->request.config.context);
	assert_false(good("latency", "--by", "process,pid,dst,port,user")->request.config.context);
	for (size_t i = 0; i < ARRAY_SIZE(asking); i++)
		assert_true(good("count", asking[i][0], asking[i][1])->request.config.context);
}

static void names_are_asked_for_with_a_value_or_without(void **state)
{
	static const char *const commands[] = {"trace", "count", "latency", "top"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		assert_int_equal(good(commands[i])->request.dns, DNS_UNUSED);
		assert_int_equal(good(commands[i], "--dns")->request.dns, DNS_PROCESS);
		/* The parent that may stand for a process is in its image. */
		assert_true(parsed.options.request.config.context);
		assert_int_equal(good(commands[i], "--dns=host")->request.dns, DNS_HOST);
		assert_true(parsed.options.request.config.context);
	}
	assert_says(bad("list", "--dns"),
		    "--dns is for trace, count, latency, top, audit and record");
}

/* A word that follows is no value: it may be a command. */
static void whose_names_stands_behind_an_equals_sign(void **state)
{
	static const char *const wrong[] = {"--dns=", "--dns=all", "--dns=hosts", "--dns=HOST"};

	(void)state;
	assert_int_equal(good("--dns", "count")->command, COMMAND_COUNT);
	assert_int_equal(parsed.options.request.dns, DNS_PROCESS);
	assert_int_equal(good("count", "--dns", "5s")->limits.interval_ns, 5000000000);
	assert_string_equal(good("--dns", "--", "host")->limits.argv[0], "host");
	assert_says(bad("--dns", "host"), "written as --dns=host");
	assert_says(bad("count", "--dns", "host"), "written as --dns=host");
	assert_says(bad("--dns=host", "host"), "unknown command 'host'");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_says(bad(wrong[i]), wrong[i] + strlen("--dns="));
		assert_says(parsed.error.text, "--dns=host for those of all others");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(reports_ask_who_it_was_only_where_they_tell),
		row(executables_are_listed),
		row(a_link_stands_for_what_it_leads_to_as_well),
		row(what_is_no_executable_s_path_is_refused),
		row(containers_are_ids_or_names),
		row(units_are_completed_as_systemctl_does),
		row(what_leaves_nothing_is_refused),
		row(names_are_asked_for_with_a_value_or_without),
		row(whose_names_stands_behind_an_equals_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
