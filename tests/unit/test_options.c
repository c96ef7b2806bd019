// SPDX-License-Identifier: MIT
/* Command lines: commands, output, limits. */
#include "format/format.h"
#include "report/report.h"
#include "options/rows.h"
#include "options/set.h"
#include "unit/parsed.h"
#include "util/array.h"

#define DEFAULT_BITS                                                                               \
	(EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY) |           \
	 EVENT_BIT(EVENT_ESTABLISHED))

/* Defaults and commands */

static void nothing_said_is_to_trace_with_the_defaults(void **state)
{
	const struct options *options = good();

	(void)state;
	assert_int_equal(options->command, COMMAND_TRACE);
	assert_null(options->limits.argv);
	assert_int_equal(options->request.config.event_mask, DEFAULT_BITS);
	assert_default_filters(options);
	assert_default_output(options);
}

static void the_word_trace_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(good("trace")->command, COMMAND_TRACE);
	assert_int_equal(good("trace", "-n", "3")->limits.max_events, 3);
	assert_string_equal(good("trace", "--", "true")->limits.argv[0], "true");
}

static void the_word_doctor_is_a_command(void **state)
{
	(void)state;
	assert_int_equal(good("doctor")->command, COMMAND_DOCTOR);
	assert_int_equal(good("doctor", "--color", "never")->output.color, COLOR_NEVER);
	assert_says(bad("doctor", "--", "ls"), "doctor takes no command");
	assert_says(bad("doctor", "now"), "'now' is too much: doctor takes options only");
}

static void a_command_may_follow_options_but_no_other_command(void **state)
{
	(void)state;
	assert_int_equal(good("-f", "count")->command, COMMAND_COUNT);
	assert_int_equal(good("-P", "443", "latency", "5s", "-4")->command, COMMAND_LATENCY);
	assert_int_equal(parsed.options.limits.interval_ns, 5000000000);
	assert_true(parsed.options.ipv4);
	assert_says(bad("count", "trace"), "'trace' is too much");
	assert_says(bad("trace", "trace"), "'trace' is too much");
	assert_says(bad("5", "count"), "unknown command '5'");
}

static void options_of_other_commands_are_refused(void **state)
{
	static const struct {
		const char *command, *option, *value, *commands;
	} cases[] = {
		{"doctor", "--pid", "1", "trace, count, latency, list, top, record and history"},
		{"doctor", "-v", NULL,
		 "trace, count, latency, list, top, audit, record and history"},
		{"trace", "--by", "dst", "count, latency, list, top and history"},
		{"latency", "-f", NULL, "trace, count, record and history"},
		{"count", "-e", "close", "trace, record and history"},
		{"latency", "-n", "5", "trace, list, record and history"},
		{"record", "-w", "x", "trace, count, latency, list, top, audit and history"},
		{"record", "-o", "json", "trace, count, latency, list, top, history and report"},
		{"record", "--since", "1h", "history;"},
		{"trace", "--store", "x", "record and history"},
		{"history", "--follow", NULL, "trace, count, latency, top and record"},
		{"list", "--replay", "x", "top;"},
		{"audit", "-o", "json", "trace, count, latency, list, top, history and report"},
		{"trace", "--allow", "x", "audit;"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char says[96], out_of[64];

		snprintf(says, sizeof(says), "is for %s", cases[i].commands);
		snprintf(out_of, sizeof(out_of), "leave it out of tpconnect %s", cases[i].command);
		assert_says(bad(cases[i].command, cases[i].option, cases[i].value), says);
		assert_says(parsed.error.text, out_of);
	}
	/* Wherever the command is. */
	assert_says(bad("-n", "5", "count"), "--max-events is for trace");
}

static void help_and_version_win_over_what_else_is_said(void **state)
{
	(void)state;
	assert_int_equal(good("--help")->command, COMMAND_HELP);
	assert_int_equal(good("-h")->command, COMMAND_HELP);
	assert_int_equal(good("doctor", "--help")->command, COMMAND_HELP);
	assert_int_equal(good("-f", "-h", "word")->command, COMMAND_HELP);
	assert_int_equal(good("--version")->command, COMMAND_VERSION);
	assert_int_equal(good("-V")->command, COMMAND_VERSION);
}

static void what_follows_two_dashes_is_a_command_word_for_word(void **state)
{
	const struct options *options = good("-q", "--", "ls", "-p", "--", "--help");

	(void)state;
	assert_int_equal(options->verbosity, -1);
	assert_ptr_equal(options->limits.argv, parsed.argv + 3);
	assert_string_equal(options->limits.argv[1], "-p");
	assert_string_equal(options->limits.argv[2], "--");
	assert_string_equal(options->limits.argv[3], "--help");
	assert_null(options->limits.argv[4]);
	assert_int_equal(options->request.pids.named.n, 0);
	assert_string_equal(good("--", "trace")->limits.argv[0], "trace");
}

static void two_dashes_without_a_command_are_wrong(void **state)
{
	(void)state;
	assert_says(bad("--"), "a command is missing after --");
	assert_says(bad("-f", "--"), "a command is missing after --");
}

static void a_command_without_two_dashes_is_told_to_use_them(void **state)
{
	(void)state;
	assert_says(bad("curl"), "unknown command 'curl'");
	assert_says(bad("curl", "-s", "host"), "tpconnect -- curl -s host");
	assert_says(bad("-f", "curl", "--", "x"), "unknown command 'curl'");
	assert_says(bad("trace", "curl"), "unknown command 'curl'");
	assert_says(bad("-"), "unknown command '-'");
	assert_says(bad(""), "unknown command ''");
}

static void two_dashes_that_are_the_value_of_an_option_announce_no_command(void **state)
{
	(void)state;
	assert_says(bad("-w", "--", "curl"), "unknown command 'curl'");
	assert_null(good("-w", "--")->limits.argv);
	assert_string_equal(good("-w", "--", "--", "curl")->limits.argv[0], "curl");
}

static void only_for_a_command_is_waited(void **state)
{
	(void)state;
	assert_true(good("--wait", "--", "curl")->limits.wait);
	assert_true(good("count", "--wait", "1", "--", "curl")->limits.wait);
	assert_false(good("--", "curl", "--wait")->limits.wait);
	assert_says(bad("--wait"), "--wait is for what a command starts");
	assert_says(bad("--wait", "-p", "1"), "put it after --");
}

/* Output and limits */

static void output_and_limits_are_taken(void **state)
{
	const struct options *options = good("-o", "json", "-w", "/tmp/x", "-n", "5", "-t", "1.5s",
					     "--color", "always", "--object", "x.bpf.o", "--btf",
					     "x.btf", "--ring-size", "8M", "--no-syscalls", "-v");

	(void)state;
	assert_string_equal(options->output.format, "json");
	assert_string_equal(options->output.write_path, "/tmp/x");
	assert_int_equal(options->limits.max_events, 5);
	assert_int_equal(options->limits.duration_ns, 1500000000);
	assert_int_equal(options->output.color, COLOR_ALWAYS);
	assert_string_equal(options->request.object_path, "x.bpf.o");
	assert_string_equal(options->request.btf_path, "x.btf");
	assert_int_equal(options->request.ring_size, 8 * 1024 * 1024);
	assert_true(options->no_syscalls);
	assert_int_equal(options->verbosity, 1);
}

/* They cost something, or show what may be secret. */
static void arguments_and_lineage_are_off_unless_asked_for(void **state)
{
	const struct config *config = &good("-v")->request.config;

	(void)state;
	assert_int_equal(config->args, 0);
	assert_int_equal(config->lineage, 0);
	config = &good("--args")->request.config;
	assert_int_equal(config->args, 1);
	assert_int_equal(config->lineage, 0);
	config = &good("trace", "--lineage")->request.config;
	assert_int_equal(config->args, 0);
	assert_int_equal(config->lineage, 1);
	/* Names may be by answers of who forked the process. */
	config = &good("count", "--dns")->request.config;
	assert_int_equal(config->args, 0);
	assert_int_equal(config->lineage, 1);
	/* Reports show neither. */
	assert_says(bad("count", "--args"), "--args");
	assert_says(bad("latency", "--lineage"), "--lineage");
}

static void long_and_short_names_are_the_same(void **state)
{
	(void)state;
	assert_string_equal(good("--output=text")->output.format, "text");
	assert_string_equal(good("--write=f")->output.write_path, "f");
	assert_string_equal(good("--write=./-")->output.write_path, "./-");
	assert_null(good("-w", "f", "-w", "-")->output.write_path);
	assert_int_equal(good("--max-events=18446744073709551615")->limits.max_events, UINT64_MAX);
	assert_int_equal(good("--time=2m")->limits.duration_ns, 120000000000);
	assert_int_equal(good("-q")->output.repeat_limit, 100);
	assert_int_equal(good("--repeat-limit=0")->output.repeat_limit, 0);
	assert_int_equal(good("--repeat-limit", "4294967295")->output.repeat_limit, UINT32_MAX);
	assert_int_equal(good("--quiet")->verbosity, -1);
	assert_int_equal(good("--verbose")->verbosity, 1);
	assert_int_equal(good("-vvv")->verbosity, 2);
	assert_int_equal(parsed.options.request.verbosity, 2);
	assert_int_equal(good("-vq")->request.verbosity, 0);
	assert_int_equal(good("-fn7")->limits.max_events, 7);
	assert_true(parsed.options.output.failed_only);
}

static void the_last_of_two_values_counts(void **state)
{
	(void)state;
	assert_int_equal(good("-n", "1", "-n", "2")->limits.max_events, 2);
	assert_int_equal(good("-e", "close", "-e", "retry")->request.config.event_mask,
			 EVENT_BIT(EVENT_RETRY));
	assert_int_equal(good("-v", "-q")->verbosity, -1);
}

/* 10 what? tools of the kind take milliseconds, others seconds. */
static void a_least_latency_needs_a_unit(void **state)
{
	(void)state;
	assert_int_equal(good("-l", "10ms")->request.config.min_latency_ns, 10000000);
	assert_int_equal(good("-l", "0.5s")->request.config.min_latency_ns, 500000000);
	/* What has no latency, nor follows what has one, is left out, and nothing is added. */
	assert_int_equal(good("-l", "10ms", "-e", "all")->request.config.event_mask,
			 EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) |
				 EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_CLOSE));
	assert_int_equal(good("-l", "10ms", "-e", "failed,retry")->request.config.event_mask,
			 EVENT_BIT(EVENT_FAILED));
	assert_says(bad("-l", "10ms", "-e", "connect"), "--min-latency leaves no event to show");
	assert_says(bad("-l", "10"), "\"10\" has no unit; write it as 500us, 10ms or 1s");
	assert_says(bad("-l", "0"), "\"0\" has no unit");
	assert_says(bad("-l", "soon"), "\"soon\" is not a time");
}

static void colors_are_three(void **state)
{
	(void)state;
	assert_int_equal(good("--color", "auto")->output.color, COLOR_AUTO);
	assert_int_equal(good("--color", "always")->output.color, COLOR_ALWAYS);
	assert_int_equal(good("--color", "never")->output.color, COLOR_NEVER);
}

static void a_ring_size_is_a_power_of_two_from_a_page_to_a_gigabyte(void **state)
{
	char page[32];

	(void)state;
	snprintf(page, sizeof(page), "%ld", sysconf(_SC_PAGESIZE));
	assert_int_equal(good("--ring-size", page)->request.ring_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(good("--ring-size", "1G")->request.ring_size, 1 << 30);
	assert_int_equal(good("--ring-size", "65536K")->request.ring_size, 1 << 26);
}

static void wrong_values_are_refused_and_change_no_default(void **state)
{
	static const struct {
		const char *name, *value, *reason, *way_out;
	} cases[] = {
		{"--output", "xml", "there is no format \"xml\"",
		 "text, table, json, zeek, html, md and dot"},
		{"--output", "", "there is no format \"\"",
		 "text, table, json, zeek, html, md and dot"},
		{"--output", "JSON", "there is no format \"JSON\"",
		 "text, table, json, zeek, html, md and dot"},
		{"--write", "", "a file name is missing", ""},
		{"--btf", "", "a file name is missing", ""},
		{"--max-events", "0", "\"0\" is not a number of events", "from 1"},
		{"--max-events", "-1", "\"-1\" is not a number of events", "from 1"},
		{"--max-events", "18446744073709551616", "is not a number of events", "from 1"},
		{"--max-events", "ten", "\"ten\" is not a number of events", "from 1"},
		{"--time", "0", "\"0\" is not a time", "500ms, 10s, 2m or 1h"},
		{"--time", "1d", "\"1d\" is not a time", "500ms, 10s, 2m or 1h"},
		{"--time", "", "\"\" is not a time", "500ms, 10s, 2m or 1h"},
		{"--time", "99999999999h", "is not a time", "500ms, 10s, 2m or 1h"},
		{"--ring-size", "5000", "\"5000\" is not a power of two", "such as 8M"},
		{"--ring-size", "1", "\"1\" is not a power of two from", "such as 8M"},
		{"--ring-size", "0", "\"0\" is not a power of two", "such as 8M"},
		{"--ring-size", "2G", "1073741824 bytes", "such as 8M"},
		{"--ring-size", "17179869184G", "is not a power of two", "such as 8M"},
		{"--ring-size", "big", "\"big\" is not a power of two", "such as 8M"},
		{"--color", "yes", "there is no choice \"yes\"", "auto, always and never"},
		{"--color", "", "there is no choice \"\"", "auto, always and never"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *error = bad(cases[i].name, cases[i].value);

		assert_memory_equal(error, cases[i].name, strlen(cases[i].name));
		assert_says(error, cases[i].reason);
		assert_says(error, cases[i].way_out);
		assert_default_filters(&parsed.options);
		assert_default_output(&parsed.options);
	}
}

/* Help */

static void the_help_names_every_option_and_fits_a_terminal(void **state)
{
	char name[64];
	char *text = NULL, *line, *rest;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(to);
	options_help(to);
	fclose(to);
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->letter)
			snprintf(name, sizeof(name), "  -%c, --%s ", row->letter, row->name);
		else
			snprintf(name, sizeof(name), "      --%s%s", row->name,
				 row->value_optional ? "[=" : " ");
		assert_says(text, name);
		assert_true(row->set || row->flag);
		assert_int_equal(row->words != NULL,
				 row->values >= VALUES_ONE && row->values <= VALUES_SIGNED);
	}
	for (size_t i = 0; command_name(i); i++)
		assert_says(text, command_help(i));
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		assert_true(strlen(line) <= 100);
	free(text);
}

/* Options know formats by name, commands what is behind a name. */
static void every_format_that_can_be_named_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; output_format_name(i); i++) {
		const char *name = output_format_name(i);
		const struct format_ops *format = format_find(name);

		/* One is of events, or of reports. */
		assert_int_equal(!format, report_find(name) != NULL);
		if (format)
			assert_string_equal(format->name, name);
	}
	assert_null(format_find("csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(nothing_said_is_to_trace_with_the_defaults),
		row(the_word_trace_changes_nothing),
		row(the_word_doctor_is_a_command),
		row(a_command_may_follow_options_but_no_other_command),
		row(options_of_other_commands_are_refused),
		row(help_and_version_win_over_what_else_is_said),
		row(what_follows_two_dashes_is_a_command_word_for_word),
		row(two_dashes_without_a_command_are_wrong),
		row(a_command_without_two_dashes_is_told_to_use_them),
		row(two_dashes_that_are_the_value_of_an_option_announce_no_command),
		row(only_for_a_command_is_waited),
		row(output_and_limits_are_taken),
		row(arguments_and_lineage_are_off_unless_asked_for),
		row(long_and_short_names_are_the_same),
		row(the_last_of_two_values_counts),
		row(a_least_latency_needs_a_unit),
		row(colors_are_three),
		row(a_ring_size_is_a_power_of_two_from_a_page_to_a_gigabyte),
		row(wrong_values_are_refused_and_change_no_default),
		row(the_help_names_every_option_and_fits_a_terminal),
		row(every_format_that_can_be_named_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
