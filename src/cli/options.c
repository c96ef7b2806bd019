// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/option_rows.h"
#include "format/fields.h"
#include "util/parse.h"

/* getopt's own tables, from ours. A row is known by its index + LONG_BASE, or its letter. */
#define LONG_BASE 256

struct getopt_tables {
	char letters[2 + 2 * OPTION_ROWS_MAX + 1];
	struct option longs[OPTION_ROWS_MAX + 1];
};

static void make_tables(struct getopt_tables *tables)
{
	char *at = tables->letters;

	memset(tables, 0, sizeof(*tables));
	*at++ = '+'; /* stop at the first word that is no option: it may begin a command */
	*at++ = ':'; /* tell a missing value apart */
	for (size_t i = 0; i < n_option_rows; i++) {
		int arg = option_rows[i].value ? required_argument : no_argument;

		tables->longs[i] = (struct option){option_rows[i].name, arg, NULL, LONG_BASE + i};
		if (!option_rows[i].letter)
			continue;
		*at++ = option_rows[i].letter;
		if (option_rows[i].value)
			*at++ = ':';
	}
}

static const struct option_row *row_of(int opt)
{
	if (opt >= LONG_BASE)
		return &option_rows[opt - LONG_BASE];
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].letter && option_rows[i].letter == opt)
			return &option_rows[i];
	return NULL;
}

/* What was typed can break neither the line of the message nor the terminal. */
static void make_harmless(char *text)
{
	size_t len = strlen(text), step;
	uint32_t code_point;

	for (; len; text += step, len -= step) {
		step = utf8_step(text, len, &code_point);
		if (!step)
			step = 1;
		else if (!is_control(code_point))
			continue;
		memset(text, '?', step);
	}
}

static int wrong(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, OPTIONS_ERROR_MAX, format, args);
	va_end(args);
	make_harmless(error);
	return -EINVAL;
}

/* What getopt could not take: ':' a missing value, '?' everything else. */
static int getopt_error(int opt, char **argv, int at, char *error)
{
	const struct option_row *row = optopt ? row_of(optopt) : NULL;
	const char *word = argv[at];

	if (opt == ':')
		return wrong(error, "option " SHOWN " needs a value: %s; see tpconnect --help",
			     word, row ? row->value : "VALUE");
	if (row && optopt >= LONG_BASE)
		return wrong(error, "option --%s takes no value; see tpconnect --help", row->name);
	if (optopt)
		return wrong(error, "unknown option '-%c'; see tpconnect --help", optopt);
	return wrong(error, "unknown option '" SHOWN "'; see tpconnect --help", word);
}

static bool makes_reports(const struct options *options)
{
	return options->command == COMMAND_COUNT || options->command == COMMAND_LATENCY;
}

/* The shortest that is not shorter than the promise of section 3 of the specification. */
#define INTERVAL_MIN_NS 100000000

static int set_interval(struct options *options, const char *word, char *error)
{
	uint64_t interval;

	if (options->interval_ns)
		return wrong(error,
			     "there is an INTERVAL already, and '" SHOWN
			     "' is too much; -t ends it after a time",
			     word);
	if (parse_duration(word, &interval))
		return wrong(error,
			     "'" SHOWN "' is no INTERVAL such as 1, 5s or 500ms; to trace a "
			     "command, put -- before it",
			     word);
	if (interval < INTERVAL_MIN_NS)
		return wrong(error, "the INTERVAL " SHOWN " is too short: the least is 100ms",
			     word);
	options->interval_ns = interval;
	return 0;
}

/* Ends behind the options; *ret_dashes: and behind a `--` that ended them. */
static int parse_rows(int argc, char **argv, struct options *options, bool *ret_dashes, char *error)
{
	struct getopt_tables tables;
	char why[WHY_MAX];
	int opt, at = 1;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	for (;;) {
		const struct option_row *row;

		opt = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		if (opt == -1) {
			/* The INTERVAL, and options may follow. */
			if (!makes_reports(options) || optind > at || optind == argc)
				break;
			if (set_interval(options, argv[optind], error))
				return -EINVAL;
			at = ++optind;
			continue;
		}
		row = row_of(opt);
		if (opt == '?' || opt == ':' || !row)
			return getopt_error(opt, argv, at, error);
		if (row->set(options, optarg, why))
			return wrong(error, "--%s: %s", row->name, why);
		at = optind;
	}
	/* Only a `--` moves getopt on without an option. One that is a value does not count. */
	*ret_dashes = optind > at;
	return 0;
}

/* The first word may name a command; it is taken out of argv. */
static int parse_command(int *argc, char **argv, struct options *options)
{
	static const struct {
		const char *name;
		enum command command;
	} commands[] = {{"trace", COMMAND_TRACE},
			{"count", COMMAND_COUNT},
			{"latency", COMMAND_LATENCY},
			{"doctor", COMMAND_DOCTOR}};

	for (size_t i = 0; *argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name)) {
			options->command = commands[i].command;
			/* argv[0] moves up one; getopt does not look at it. */
			*argc -= 1;
			return 1;
		}
	return 0;
}

static int finish_reports(struct options *options, char *error)
{
	bool count = options->command == COMMAND_COUNT;

	if (options->events)
		return wrong(error, "--events is for trace: %s needs its own",
			     count ? "count" : "latency");
	if (options->max_events)
		return wrong(error, "--max-events is for trace: -t ends %s after a time",
			     count ? "count" : "latency");
	if (options->failed_only && !count)
		return wrong(error, "--failed leaves latency nothing: it measures handshakes that "
				    "were completed");
	if (!options->by && count)
		options->by = BY_PROCESS | BY_DST;
	/* With --failed, count still needs them all: it leaves out groups without a failure. */
	options->events = count ? EVENTS_COUNT : EVENT_BIT(EVENT_ESTABLISHED);
	return 0;
}

static int finish(struct options *options, int argc, char **argv, bool dashes, char *error)
{
	if (options->command == COMMAND_HELP || options->command == COMMAND_VERSION)
		return 0;
	if (optind < argc && !dashes)
		return wrong(error,
			     "unknown command '" SHOWN "'; to trace a command, put -- before it: "
			     "tpconnect -- " SHOWN,
			     argv[optind], argv[optind]);
	if (dashes && optind == argc)
		return wrong(error, "a command is missing after --");
	if (options->command == COMMAND_DOCTOR && argc > optind)
		return wrong(error, "doctor takes no command");
	if (dashes)
		options->argv = argv + optind;
	if (makes_reports(options))
		return finish_reports(options, error);
	if (options->by)
		return wrong(error, "--by is for tpconnect count and tpconnect latency");
	if (!options->events)
		options->events = EVENTS_DEFAULT;
	if (options->failed_only && !(options->events &= EVENTS_FAILED))
		return wrong(error, "--failed leaves none of the events that --events names");
	if (options->kernel.min_latency_ns && !(options->events &= EVENTS_TIMED))
		return wrong(error,
			     "--min-latency leaves no event to show: only established, failed "
			     "and cancelled have a latency");
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret, char *error)
{
	bool dashes;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->format = &format_text;
	ret->ring_size = RING_SIZE;
	argv += parse_command(&argc, argv, ret);
	err = parse_rows(argc, argv, ret, &dashes, error);
	return err ? err : finish(ret, argc, argv, dashes, error);
}

void options_free(struct options *options)
{
	vector_free(&options->pids);
	vector_free(&options->uids);
	vector_free(&options->comms);
	vector_free(&options->networks);
}

static void help_row(FILE *to, const struct option_row *row)
{
	char left[64];
	const char *line = row->help;

	snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", row->letter ? '-' : ' ',
		 row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name,
		 row->value ? " " : "", row->value ? row->value : "");
	for (;;) {
		int len = strcspn(line, "\n");

		fprintf(to, "%-27s %.*s\n", left, len, line);
		if (!line[len])
			return;
		line += len + 1;
		left[0] = 0;
	}
}

void options_help(FILE *to)
{
	fputs("Usage: tpconnect [trace] [OPTION...] [-- COMMAND [ARG...]]\n"
	      "       tpconnect count [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect latency [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect doctor\n"
	      "\n"
	      "Shows every outbound TCP connection that this host attempts: who, where to, whether "
	      "it\n"
	      "worked, why not, and how long the handshake took. With a COMMAND, only what it and "
	      "its\n"
	      "descendants open; the exit status is then the command's own.\n"
	      "\n",
	      to);
	for (size_t i = 0; i < n_option_rows; i++)
		help_row(to, &option_rows[i]);
	fputs("\n"
	      "tpconnect count shows attempts, and what became of them, by process and "
	      "destination;\n"
	      "tpconnect latency a histogram of how long handshakes took. Each INTERVAL (1, 5s, "
	      "500ms)\n"
	      "they show what came in it; without one, everything at the end.\n"
	      "tpconnect doctor checks whether this host can build and run it.\n"
	      "\n"
	      "Exit status: 0 done; 1 failed at run time; 2 wrong usage; 3 this host cannot run "
	      "it.\n",
	      to);
}
