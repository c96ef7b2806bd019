// SPDX-License-Identifier: MIT
/* Command lines that are wrong, and what is said of them. */
#include "options/errors.h"
#include "unit/parsed.h"
#include "util/array.h"

/* What getopt refuses */

static void unknown_options_are_named(void **state)
{
	static const char *const junk[] = {"--nope", "--nope=1", "--pid-file", "---", "--=x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		assert_says(bad("-f", junk[i]), "unknown option '");
		assert_says(parsed.error.text, junk[i]);
		assert_says(parsed.error.text, "see tpconnect --help");
	}
	assert_says(bad("-x"), "unknown option '-x'; see tpconnect --help");
	assert_says(bad("-n", "1", "-fx"), "unknown option '-x'");
	assert_says(bad("-?"), "unknown option '-?'");
	assert_says(bad("-:"), "unknown option '-:'");
	assert_says(bad("-+"), "unknown option '-+'");
}

static void what_may_have_been_meant_is_suggested(void **state)
{
	static const struct {
		const char *word, *value, *suggestion;
	} cases[] = {
		{"--prot", "443", "unknown option '--prot'; did you mean '--port'?"},
		{"--prot=443", NULL, "unknown option '--prot=443'; did you mean '--port'?"},
		{"--colour=auto", NULL, "did you mean '--color'?"},
		{"-port", "443", "unknown option '-port'; did you mean '--port'?"},
		{"-failed", NULL, "unknown option '-failed'; did you mean '--failed'?"},
		{"-time=10s", NULL, "did you mean '--time'?"},
		{"-F", NULL, "unknown option '-F'; did you mean '-f'?"},
		{"cuont", "5", "unknown command 'cuont'; did you mean 'count'?"},
		{"lat", NULL, "did you mean 'latency'?"},
		{"help", NULL, "did you mean '--help'?"},
		{"-o", "JSON", "did you mean \"json\"?"},
		{"-e", "+colse", "did you mean \"close\"?"},
		{"-e", "retry,fail", "did you mean \"failed\"?"},
		{"--color", "allways", "did you mean \"always\"?"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_says(bad(cases[i].word, cases[i].value), cases[i].suggestion);
	assert_says(bad("count", "--by", "usr"), "did you mean \"user\"?");
}

static void nothing_is_suggested_where_nothing_is_near(void **state)
{
	static const char *const words[][2] = {
		{"--nonsense", NULL}, {"-Z", NULL},	{"curl", NULL},	      {"-o", "yaml"},
		{"-e", "nothing"},    {"--color", "x"}, {"--by", "nonsense"}, {"--", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_null(strstr(bad(words[i][0], words[i][1]), "did you mean"));
}

static void a_missing_value_is_told_by_the_name_of_the_option(void **state)
{
	static const char *const names[] = {
		"-p",	    "--pid",	    "-P",	"--port",   "--netns", "-e",
		"--events", "-o",	    "--output", "-w",	    "--write", "-n",
		"-t",	    "--max-events", "--time",	"--object", "--color", "--ring-size",
	};
	char expected[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(expected, sizeof(expected), "option %s needs a value: ", names[i]);
		assert_says(bad("-f", names[i]), expected);
		assert_says(parsed.error.text, "see tpconnect --help");
	}
	assert_says(bad("-p"), "PID,...");
	assert_says(bad("--ring-size"), "BYTES");
}

static void a_value_for_an_option_without_one_is_refused(void **state)
{
	static const char *const names[] = {"failed",  "no-syscalls", "quiet",
					    "verbose", "help",	      "version"};
	char word[32], expected[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(word, sizeof(word), "--%s=1", names[i]);
		snprintf(expected, sizeof(expected), "option --%s takes no value", names[i]);
		assert_says(bad(word), expected);
	}
}

static void long_names_may_be_cut_short_while_they_are_clear(void **state)
{
	(void)state;
	assert_int_equal(good("--max", "5")->limits.max_events, 5);
	assert_int_equal(good("--max=5")->limits.max_events, 5);
	assert_true(good("--no-sy")->no_syscalls);
	assert_int_equal(good("--verb")->verbosity, 1);
	assert_int_equal(good("--vers")->command, COMMAND_VERSION);
	assert_says(bad("--ver"), "'--ver' can mean several: --verbose, --version");
	assert_says(bad("--p", "1"), "'--p' can mean several: --pid, --port");
	assert_says(bad("--fail=1"), "option --failed takes no value");
	/* The message names the whole option. */
	assert_says(bad("--ring=1"), "--ring-size: ");
}

/* Two programs or two tests in one process: nothing of the one before is left over. */
static void getopt_starts_anew_after_an_error(void **state)
{
	(void)state;
	bad("-fxq", "-n", "1");
	assert_int_equal(good("-q", "-n", "2")->limits.max_events, 2);
	assert_int_equal(parsed.options.verbosity, -1);
	assert_false(parsed.options.output.failed_only);
}

/* Messages, whatever the input */

static void input_can_not_break_the_line_of_the_message(void **state)
{
	static const char hostile[] = "x\n2026 forged\033[2J";

	(void)state;
	/* bad() itself demands that there be no newline. */
	assert_null(strchr(bad("-p", hostile), '\033'));
	assert_null(strchr(bad("-P", hostile), '\033'));
	assert_null(strchr(bad("-e", hostile), '\033'));
	assert_null(strchr(bad("-o", hostile), '\033'));
	assert_null(strchr(bad("--netns", hostile), '\033'));
	assert_null(strchr(bad("--x\n\033"), '\033'));
	assert_null(strchr(bad("-\n"), '\n'));
	assert_null(strchr(bad(hostile), '\033'));
	assert_says(bad("--x\n\033\xff"), "'--x\\n\\x1b\\xff'");
}

static void assert_the_way_out_is_said(char byte)
{
	char value[4096];

	memset(value, byte, sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_says(bad("-p", value), "write them as 123,456");
	assert_says(bad("-P", value), "write them as 443,8000-8999");
	assert_says(bad("-e", value), "and all");
	assert_says(bad("-o", value), "there are text, table, json, zeek, html, md and dot");
	assert_says(bad("-t", value), "500ms, 10s, 2m or 1h");
	assert_says(bad("-n", value), "from 1");
	assert_says(bad("--ring-size", value), "such as 8M");
	assert_says(bad("--color", value), "auto, always and never");
	assert_says(bad("--netns", value), "give \"self\"");
	assert_says(bad(value), "put -- before it");
	value[0] = value[1] = '-';
	assert_says(bad(value), "see tpconnect --help");
}

static void long_input_does_not_push_the_way_out_off_the_message(void **state)
{
	(void)state;
	assert_the_way_out_is_said('x');
	assert_the_way_out_is_said('\033');
}

/* Not a byte behind the line is written, however much longer the escapes make it. */
static void a_line_that_does_not_fit_is_cut_within_its_room(void **state)
{
	struct {
		struct error error;
		char behind[64];
	} place;
	char lines[sizeof(place.error.text)];

	(void)state;
	memset(&place, '#', sizeof(place));
	memset(lines, '\n', sizeof(lines) - 1);
	lines[sizeof(lines) - 1] = '\0';
	assert_int_equal(refuse(&place.error, "%s", lines), -EINVAL);
	assert_true(strlen(place.error.text) >= sizeof(place.error.text) - 2);
	for (size_t i = 0; i < sizeof(place.behind); i++)
		assert_int_equal(place.behind[i], '#');
}

/* The message repeats of them what there is room for; a later word does not begin behind it. */
static void many_long_words_are_cut_within_their_room(void **state)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

	(void)state;
	assert_says(bad("curl", word, word, word, word, word), "unknown command 'curl'");
	assert_says(parsed.error.text, ": tpconnect -- curl abcdef");
	assert_true(strlen(parsed.error.text) < 200);
	assert_says(bad(word, word, word), "put -- before it");
	assert_says(bad("a", "b", "c", "d"), "tpconnect -- a b c d");
}

/* The first of the table is one of the options like the last. */
static void every_option_is_found_by_letter_and_by_name(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		assert_int_equal(keyword_find(option_name, row->name), i);
		if (row->letter)
			assert_ptr_equal(option_by_letter(row->letter), row);
		/* Without a dash that it needs, it is named with both. */
		snprintf(name, sizeof(name), "-%s", row->name);
		assert_true(lacks_dash(name));
	}
	assert_null(option_by_letter('\0'));
	assert_null(option_by_letter('?'));
	assert_null(option_name(n_option_rows));
	assert_says(bad("--p"), "'--p' can mean several: --pid, --port");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(unknown_options_are_named),
		row(what_may_have_been_meant_is_suggested),
		row(nothing_is_suggested_where_nothing_is_near),
		row(a_missing_value_is_told_by_the_name_of_the_option),
		row(a_value_for_an_option_without_one_is_refused),
		row(long_names_may_be_cut_short_while_they_are_clear),
		row(getopt_starts_anew_after_an_error),
		row(input_can_not_break_the_line_of_the_message),
		row(long_input_does_not_push_the_way_out_off_the_message),
		row(a_line_that_does_not_fit_is_cut_within_its_room),
		row(many_long_words_are_cut_within_their_room),
		row(every_option_is_found_by_letter_and_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
