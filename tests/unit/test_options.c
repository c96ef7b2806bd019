// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/options.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define FAILED_BITS  (EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY))
#define DEFAULT_BITS (FAILED_BITS | EVENT_BIT(EVENT_ESTABLISHED))
#define ALL_BITS     (DEFAULT_BITS | EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_CLOSE))

#define ARGS_MAX 24

/* A parsed command line, and what it was parsed from: options.argv points into it. */
struct parsed {
	char *argv[ARGS_MAX + 2];
	int argc, err;
	struct options options;
	char error[OPTIONS_ERROR_MAX];
};

static struct parsed parsed;

static int forget(void **state)
{
	(void)state;
	options_free(&parsed.options);
	memset(&parsed, 0, sizeof(parsed));
	return 0;
}

static void parse_words(const char *const *words)
{
	forget(NULL);
	parsed.argv[parsed.argc++] = (char *)"tpconnect";
	for (; *words; words++) {
		assert_true(parsed.argc <= ARGS_MAX);
		parsed.argv[parsed.argc++] = (char *)*words;
	}
	memset(parsed.error, '#', sizeof(parsed.error));
	parsed.err = options_parse(parsed.argc, parsed.argv, &parsed.options, parsed.error);
}

/* The command line of these words, which must be right: its options. */
#define good(...) good_words((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static const struct options *good_words(const char *const *words)
{
	parse_words(words);
	if (parsed.err)
		fail_msg("refused: %.*s", OPTIONS_ERROR_MAX, parsed.error);
	return &parsed.options;
}

/* The command line of these words, which must be wrong: one line that says why. */
#define bad(...) bad_words((const char *const[]){__VA_ARGS__, NULL})

static const char *bad_words(const char *const *words)
{
	parse_words(words);
	if (parsed.err != -EINVAL)
		fail_msg("\"%s\" was not refused but %d", words[0], parsed.err);
	assert_non_null(memchr(parsed.error, '\0', sizeof(parsed.error)));
	assert_true(*parsed.error);
	assert_null(strchr(parsed.error, '\n'));
	return parsed.error;
}

/* Inlined, gcc 12 with -fsanitize=undefined takes `what` for NULL and warns. */
__attribute__((noinline)) static void assert_says(const char *error, const char *what)
{
	if (!strstr(error, what))
		fail_msg("\"%s\" does not say \"%s\"", error, what);
}

static bool has_port(const struct options *options, unsigned int port)
{
	return options->kernel.ports[port / 64] >> (port % 64) & 1;
}

static unsigned int count_ports(const struct options *options)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PORT_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(options->kernel.ports[i]);
	return n;
}

static void assert_default_filters(const struct options *options)
{
	assert_int_equal(options->kernel.netns, 0);
	assert_null(options->pids.items);
	assert_int_equal(options->pids.n, 0);
	assert_false(options->kernel.filter_port);
	assert_int_equal(count_ports(options), 0);
	assert_false(options->failed_only);
	assert_false(options->no_syscalls);
}

static void assert_default_output(const struct options *options)
{
	assert_ptr_equal(options->format, &format_text);
	assert_null(options->write_path);
	assert_int_equal(options->color, COLOR_AUTO);
	assert_int_equal(options->max_events, 0);
	assert_int_equal(options->duration_ns, 0);
	assert_null(options->object_path);
	assert_null(options->btf_path);
	assert_int_equal(options->ring_size, 4 * 1024 * 1024);
	assert_int_equal(options->verbosity, 0);
}

/* Defaults and commands */

static void nothing_said_is_to_trace_with_the_defaults(void **state)
{
	const struct options *options = good();

	(void)state;
	assert_int_equal(options->command, COMMAND_TRACE);
	assert_null(options->argv);
	assert_int_equal(options->events, DEFAULT_BITS);
	assert_default_filters(options);
	assert_default_output(options);
}

static void the_word_trace_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(good("trace")->command, COMMAND_TRACE);
	assert_int_equal(good("trace", "-n", "3")->max_events, 3);
	assert_string_equal(good("trace", "--", "true")->argv[0], "true");
}

static void the_word_doctor_is_a_command(void **state)
{
	(void)state;
	assert_int_equal(good("doctor")->command, COMMAND_DOCTOR);
	assert_int_equal(good("doctor", "--color", "never")->color, COLOR_NEVER);
	assert_says(bad("doctor", "--", "ls"), "doctor takes no command");
	assert_says(bad("doctor", "now"), "unknown command 'now'");
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
	assert_ptr_equal(options->argv, parsed.argv + 3);
	assert_string_equal(options->argv[1], "-p");
	assert_string_equal(options->argv[2], "--");
	assert_string_equal(options->argv[3], "--help");
	assert_null(options->argv[4]);
	assert_int_equal(options->pids.n, 0);
	assert_string_equal(good("--", "trace")->argv[0], "trace");
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
	assert_says(bad("curl"), "tpconnect -- curl");
	assert_says(bad("-f", "curl", "--", "x"), "unknown command 'curl'");
	assert_says(bad("-f", "trace"), "unknown command 'trace'");
	assert_says(bad("-"), "unknown command '-'");
	assert_says(bad(""), "unknown command ''");
}

static void two_dashes_that_are_the_value_of_an_option_announce_no_command(void **state)
{
	(void)state;
	assert_says(bad("-w", "--", "curl"), "unknown command 'curl'");
	assert_null(good("-w", "--")->argv);
	assert_string_equal(good("-w", "--", "--", "curl")->argv[0], "curl");
}

/* Filters */

static void process_ids_are_listed(void **state)
{
	const struct options *options = good("-p", "1,2147483647", "--pid=42");

	(void)state;
	assert_int_equal(options->pids.n, 3);
	assert_int_equal(((uint32_t *)options->pids.items)[0], 1);
	assert_int_equal(((uint32_t *)options->pids.items)[1], 2147483647);
	assert_int_equal(((uint32_t *)options->pids.items)[2], 42);
}

static void what_is_no_process_id_is_refused(void **state)
{
	static const char *const junk[] = {"0", "-1", "2147483648", "curl", "1x", "", "1 "};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("-p", junk[i]);
		char quoted[32];

		snprintf(quoted, sizeof(quoted), "\"%s\" is not a process id", junk[i]);
		assert_says(error, "--pid: ");
		assert_says(error, quoted);
		assert_says(error, "write them as 123,456");
		assert_default_filters(&parsed.options);
	}
	assert_says(bad("-p", "1,2,x,3"), "\"x\" is not");
	assert_says(bad("-p", "1,,3"), "\"\" is not");
}

static void ports_and_their_ranges_are_bits(void **state)
{
	const struct options *options = good("-P", "443,8000-8002,65535", "--port", "1");

	(void)state;
	assert_true(options->kernel.filter_port);
	assert_int_equal(count_ports(options), 6);
	assert_true(has_port(options, 1));
	assert_true(has_port(options, 443));
	assert_true(has_port(options, 8000));
	assert_true(has_port(options, 8001));
	assert_true(has_port(options, 8002));
	assert_true(has_port(options, 65535));
}

static void ranges_of_ports_may_be_of_one_or_of_all_or_overlap(void **state)
{
	(void)state;
	assert_int_equal(count_ports(good("-P", "80-80")), 1);
	assert_int_equal(count_ports(good("-P", "1-65535")), 65535);
	assert_false(has_port(&parsed.options, 0));
	assert_int_equal(count_ports(good("-P", "63-65,64-66")), 4);
	/* Across the words of the bitmap. */
	assert_true(has_port(&parsed.options, 63));
	assert_true(has_port(&parsed.options, 64));
	assert_false(has_port(&parsed.options, 62));
	assert_false(has_port(&parsed.options, 67));
}

static void what_is_no_port_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *value, *reason, *way_out;
	} cases[] = {
		{"0", "port 0 is out of range", "1 to 65535"},
		{"70000", "port 70000 is out of range", "1 to 65535"},
		{"65536", "port 65536 is out of range", "1 to 65535"},
		{"80-70000", "port 80-70000 is out of range", "1 to 65535"},
		{"0-80", "port 0-80 is out of range", "1 to 65535"},
		{"99999999999999999999", "out of range", "1 to 65535"},
		{"90-80", "the range 90-80 ends before it begins", ""},
		{"http", "\"http\" is not a port", "write them as 443,8000-8999"},
		{"80-", "\"80-\" is not a port", "write them as"},
		{"-80", "\"-80\" is not a port", "write them as"},
		{"-", "\"-\" is not a port", "write them as"},
		{"1-2-3", "\"1-2-3\" is not a port", "write them as"},
		{"", "\"\" is not a port", "write them as"},
		{"0x50", "\"0x50\" is not a port", "write them as"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *error = bad("-P", cases[i].value);

		assert_says(error, "--port: ");
		assert_says(error, cases[i].reason);
		assert_says(error, cases[i].way_out);
		assert_default_filters(&parsed.options);
	}
	assert_says(bad("-P", "80,81,x"), "\"x\" is not a port");
}

static void a_network_namespace_is_self_or_a_path_or_a_number(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(good("--netns", "self")->kernel.netns, st.st_ino);
	assert_int_equal(good("--netns", "/proc/self/ns/net")->kernel.netns, st.st_ino);
	assert_int_equal(good("--netns=4026531840")->kernel.netns, 4026531840u);
	assert_int_equal(good("--netns", "4294967295")->kernel.netns, 4294967295u);
}

static void a_network_namespace_that_is_not_there_is_refused(void **state)
{
	static const char *const junk[] = {"no-such-netns", "/no/such/file", "0", "4294967296"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("--netns", junk[i]);

		assert_says(error, "--netns: ");
		assert_says(error, junk[i]);
		assert_says(error, strerror(ENOENT));
		assert_says(error, "give \"self\", a path");
		assert_default_filters(&parsed.options);
	}
}

/* Its inode number would be that of some namespace by chance only: a filter that lets nothing by.
 */
static void what_is_there_but_no_network_namespace_is_refused(void **state)
{
	(void)state;
	assert_says(bad("--netns", "/proc/self/ns/mnt"), "/proc/self/ns/mnt");
	assert_says(bad("--netns", "/dev/null"), "/dev/null");
	assert_says(bad("--netns", "/"), "--netns: ");
	assert_says(bad("--netns", ""), "--netns: ");
}

/* Events */

static void events_are_named(void **state)
{
	static const struct {
		const char *list;
		uint32_t bits;
	} cases[] = {
		{"connect", EVENT_BIT(EVENT_CONNECT)},
		{"retry", EVENT_BIT(EVENT_RETRY)},
		{"established", EVENT_BIT(EVENT_ESTABLISHED)},
		{"failed", EVENT_BIT(EVENT_FAILED)},
		{"cancelled", EVENT_BIT(EVENT_CANCELLED)},
		{"close", EVENT_BIT(EVENT_CLOSE)},
		{"close,connect", EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_CONNECT)},
		{"all", ALL_BITS},
		{"+close", DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)},
		{"-retry", DEFAULT_BITS & ~EVENT_BIT(EVENT_RETRY)},
		{"+close,-retry",
		 (DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)) & ~EVENT_BIT(EVENT_RETRY)},
		{"all,-connect", ALL_BITS & ~EVENT_BIT(EVENT_CONNECT)},
		{"+all", ALL_BITS},
		{"-all,+close", EVENT_BIT(EVENT_CLOSE)},
		{"connect,-connect,+close", EVENT_BIT(EVENT_CLOSE)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t bits = good("-e", cases[i].list)->events;

		if (bits != cases[i].bits)
			fail_msg("-e %s is 0x%x", cases[i].list, bits);
	}
	assert_int_equal(good("--events=failed")->events, EVENT_BIT(EVENT_FAILED));
}

static void events_that_do_not_exist_are_refused(void **state)
{
	static const char *const junk[] = {"open", "Connect", "tcp.close", "", "*", "fail"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("-e", junk[i]);
		char quoted[32];

		snprintf(quoted, sizeof(quoted), "there is no event \"%s\"", junk[i]);
		assert_says(error, "--events: ");
		assert_says(error, quoted);
		assert_says(error,
			    "connect, retry, established, failed, cancelled, close, and all");
	}
	assert_says(bad("-e", "close,nope"), "\"nope\"");
	assert_says(bad("-e", "+"), "there is no event \"+\"");
	assert_says(bad("-e", "+-close"), "there is no event \"+-close\"");
}

static void a_list_that_leaves_no_event_is_refused(void **state)
{
	(void)state;
	assert_says(bad("-e", "-all"), "\"-all\" leaves no event to show");
	assert_says(bad("-e", "close,-close"), "\"close,-close\" leaves no event to show");
}

static void failed_narrows_the_events_down(void **state)
{
	(void)state;
	assert_int_equal(good("-f")->events, FAILED_BITS);
	assert_true(parsed.options.failed_only);
	assert_int_equal(good("--failed", "-e", "all")->events, FAILED_BITS);
	assert_int_equal(good("-e", "retry,close", "-f")->events, EVENT_BIT(EVENT_RETRY));
	assert_says(bad("-f", "-e", "close,established"),
		    "--failed leaves none of the events that --events names");
}

/* Output and limits */

static void output_and_limits_are_taken(void **state)
{
	const struct options *options = good("-o", "json", "-w", "/tmp/x", "-n", "5", "-t", "1.5s",
					     "--color", "always", "--object", "x.bpf.o", "--btf",
					     "x.btf", "--ring-size", "8M", "--no-syscalls", "-v");

	(void)state;
	assert_ptr_equal(options->format, &format_json);
	assert_string_equal(options->write_path, "/tmp/x");
	assert_int_equal(options->max_events, 5);
	assert_int_equal(options->duration_ns, 1500000000);
	assert_int_equal(options->color, COLOR_ALWAYS);
	assert_string_equal(options->object_path, "x.bpf.o");
	assert_string_equal(options->btf_path, "x.btf");
	assert_int_equal(options->ring_size, 8 * 1024 * 1024);
	assert_true(options->no_syscalls);
	assert_int_equal(options->verbosity, 1);
}

static void long_and_short_names_are_the_same(void **state)
{
	(void)state;
	assert_ptr_equal(good("--output=text")->format, &format_text);
	assert_string_equal(good("--write=f")->write_path, "f");
	assert_int_equal(good("--max-events=18446744073709551615")->max_events, UINT64_MAX);
	assert_int_equal(good("--time=2m")->duration_ns, 120000000000);
	assert_int_equal(good("--quiet")->verbosity, -1);
	assert_int_equal(good("--verbose")->verbosity, 1);
	assert_int_equal(good("-fn7")->max_events, 7);
	assert_true(parsed.options.failed_only);
}

static void the_last_of_two_values_counts(void **state)
{
	(void)state;
	assert_int_equal(good("-n", "1", "-n", "2")->max_events, 2);
	assert_int_equal(good("-e", "close", "-e", "retry")->events, EVENT_BIT(EVENT_RETRY));
	assert_int_equal(good("-v", "-q")->verbosity, -1);
}

static void colors_are_three(void **state)
{
	(void)state;
	assert_int_equal(good("--color", "auto")->color, COLOR_AUTO);
	assert_int_equal(good("--color", "always")->color, COLOR_ALWAYS);
	assert_int_equal(good("--color", "never")->color, COLOR_NEVER);
}

static void a_ring_size_is_a_power_of_two_from_a_page_to_a_gigabyte(void **state)
{
	char page[32];

	(void)state;
	snprintf(page, sizeof(page), "%ld", sysconf(_SC_PAGESIZE));
	assert_int_equal(good("--ring-size", page)->ring_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(good("--ring-size", "1G")->ring_size, 1 << 30);
	assert_int_equal(good("--ring-size", "65536K")->ring_size, 1 << 26);
}

static void wrong_values_are_refused_and_change_no_default(void **state)
{
	static const struct {
		const char *name, *value, *reason, *way_out;
	} cases[] = {
		{"--output", "xml", "there is no format \"xml\"", "text, table and json"},
		{"--output", "", "there is no format \"\"", "text, table and json"},
		{"--output", "JSON", "there is no format \"JSON\"", "text, table and json"},
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
		{"--color", "yes", "\"yes\" is not one of", "auto, always, never"},
		{"--color", "", "\"\" is not one of", "auto, always, never"},
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

/* What getopt refuses */

static void unknown_options_are_named(void **state)
{
	static const char *const junk[] = {"--nope", "--nope=1", "--pid-file", "---", "--=x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		assert_says(bad("-f", junk[i]), "unknown option '");
		assert_says(parsed.error, junk[i]);
		assert_says(parsed.error, "see tpconnect --help");
	}
	assert_says(bad("-x"), "unknown option '-x'; see tpconnect --help");
	assert_says(bad("-n", "1", "-fx"), "unknown option '-x'");
	assert_says(bad("-?"), "unknown option '-?'");
	assert_says(bad("-:"), "unknown option '-:'");
	assert_says(bad("-+"), "unknown option '-+'");
}

static void a_missing_value_is_told_by_the_name_of_the_option(void **state)
{
	static const char *const names[] = {
		"-p",	  "--pid",    "-P",	 "--port",	"--netns", "-e", "--events",
		"-o",	  "--output", "-w",	 "--write",	"-n",	   "-t", "--max-events",
		"--time", "--object", "--color", "--ring-size", "--btf",
	};
	char expected[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(expected, sizeof(expected), "option %s needs a value: ", names[i]);
		assert_says(bad("-f", names[i]), expected);
		assert_says(parsed.error, "see tpconnect --help");
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
	assert_int_equal(good("--max", "5")->max_events, 5);
	assert_int_equal(good("--max=5")->max_events, 5);
	assert_true(good("--no")->no_syscalls);
	assert_int_equal(good("--verb")->verbosity, 1);
	assert_int_equal(good("--vers")->command, COMMAND_VERSION);
	assert_says(bad("--ver"), "'--ver'");
	assert_says(bad("--p", "1"), "'--p'");
	assert_says(bad("--fail=1"), "option --failed takes no value");
	/* The message names the whole option. */
	assert_says(bad("--ring=1"), "--ring-size: ");
}

/* Two programs or two tests in one process: nothing of the one before is left over. */
static void getopt_starts_anew_after_an_error(void **state)
{
	(void)state;
	bad("-fxq", "-n", "1");
	assert_int_equal(good("-q", "-n", "2")->max_events, 2);
	assert_int_equal(parsed.options.verbosity, -1);
	assert_false(parsed.options.failed_only);
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
}

static void long_input_does_not_push_the_way_out_off_the_message(void **state)
{
	char value[4096];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_says(bad("-p", value), "write them as 123,456");
	assert_says(bad("-P", value), "write them as 443,8000-8999");
	assert_says(bad("-e", value), "and all");
	assert_says(bad("-o", value), "there are text, table and json");
	assert_says(bad("-t", value), "500ms, 10s, 2m or 1h");
	assert_says(bad("-n", value), "from 1");
	assert_says(bad("--ring-size", value), "such as 8M");
	assert_says(bad("--color", value), "auto, always, never");
	assert_says(bad("--netns", value), "give \"self\"");
	assert_says(bad(value), "put -- before it");
	value[0] = value[1] = '-';
	assert_says(bad(value), "see tpconnect --help");
}

/* Help */

static void the_help_names_every_option_and_fits_a_terminal(void **state)
{
	static const char *const names[] = {
		"-p, --pid",	"-P, --port",  "--netns",	   "-e, --events", "-f, --failed",
		"-o, --output", "-w, --write", "-n, --max-events", "-t, --time",   "--no-syscalls",
		"--object",	"--btf",       "--ring-size",	   "-q, --quiet",  "-v, --verbose",
		"--color",	"-h, --help",  "-V, --version",	   "doctor",	   "Exit status",
	};
	char *text = NULL, *line, *rest;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(to);
	options_help(to);
	fclose(to);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_says(text, names[i]);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		assert_true(strlen(line) <= 100);
	free(text);
}

#define row(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(nothing_said_is_to_trace_with_the_defaults),
		row(the_word_trace_changes_nothing),
		row(the_word_doctor_is_a_command),
		row(help_and_version_win_over_what_else_is_said),
		row(what_follows_two_dashes_is_a_command_word_for_word),
		row(two_dashes_without_a_command_are_wrong),
		row(a_command_without_two_dashes_is_told_to_use_them),
		row(two_dashes_that_are_the_value_of_an_option_announce_no_command),
		row(process_ids_are_listed),
		row(what_is_no_process_id_is_refused),
		row(ports_and_their_ranges_are_bits),
		row(ranges_of_ports_may_be_of_one_or_of_all_or_overlap),
		row(what_is_no_port_is_refused_with_the_reason),
		row(a_network_namespace_is_self_or_a_path_or_a_number),
		row(a_network_namespace_that_is_not_there_is_refused),
		row(what_is_there_but_no_network_namespace_is_refused),
		row(events_are_named),
		row(events_that_do_not_exist_are_refused),
		row(a_list_that_leaves_no_event_is_refused),
		row(failed_narrows_the_events_down),
		row(output_and_limits_are_taken),
		row(long_and_short_names_are_the_same),
		row(the_last_of_two_values_counts),
		row(colors_are_three),
		row(a_ring_size_is_a_power_of_two_from_a_page_to_a_gigabyte),
		row(wrong_values_are_refused_and_change_no_default),
		row(unknown_options_are_named),
		row(a_missing_value_is_told_by_the_name_of_the_option),
		row(a_value_for_an_option_without_one_is_refused),
		row(long_names_may_be_cut_short_while_they_are_clear),
		row(getopt_starts_anew_after_an_error),
		row(input_can_not_break_the_line_of_the_message),
		row(long_input_does_not_push_the_way_out_off_the_message),
		row(the_help_names_every_option_and_fits_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
