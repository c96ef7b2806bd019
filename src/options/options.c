// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "model/by.h"
#include "model/event.h"
#include "options/errors.h"
#include "options/rows.h"
#include "options/set.h"
#include "util/parse.h"

/* getopt's tables, made from ours. getopt returns a row's index + LONG_BASE, or its letter. */
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
		int arg = !option_rows[i].value		  ? no_argument
			  : option_rows[i].value_optional ? optional_argument
							  : required_argument;

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
	return opt >= LONG_BASE ? &option_rows[opt - LONG_BASE] : option_by_letter((char)opt);
}

static bool makes_reports(const struct options *options)
{
	return options->command == COMMAND_COUNT || options->command == COMMAND_LATENCY ||
	       options->command == COMMAND_TOP;
}

static bool only_shows(const struct options *options)
{
	return options->command == COMMAND_HELP || options->command == COMMAND_VERSION;
}

/* The shortest INTERVAL: events may be as late as docs/spec.md, 3 allows. */
#define INTERVAL_MIN_NS 100000000

static int set_interval(struct options *options, const char *word, struct error *error)
{
	uint64_t interval;

	if (options->limits.interval_ns)
		return refuse(error,
			      "there is an INTERVAL already, and '" QUOTED
			      "' is too much; -t ends it after a time",
			      word);
	if (parse_duration(word, &interval))
		return refuse(error,
			      "'" QUOTED "' is no INTERVAL such as 1, 5s or 500ms; to trace a "
			      "command, put -- before it",
			      word);
	if (interval < INTERVAL_MIN_NS)
		return refuse(error, "the INTERVAL " QUOTED " is too short: the least is 100ms",
			      word);
	options->limits.interval_ns = interval;
	return 0;
}

/* A command line that is being parsed. */
struct parser {
	int argc;
	char **argv;
	struct options *options;
	struct error *error;
	uint64_t given;	  /* a bit for the row of each option that was given */
	bool has_command; /* a word has named one */
	bool dashes;	  /* a `--` has ended the options */
};

_Static_assert(OPTION_ROWS_MAX <= 64, "a bit of struct parser's given for each row");

/* A record to be reported on, or judged. */
static int take_file(struct parser *parser, const char *path)
{
	struct vector *files = &parser->options->files;

	if (!*path)
		return refuse(parser->error, "the name of a FILE is empty");
	if (vector_push(files, &path, sizeof(path)))
		return refuse(parser->error, "out of memory");
	return 0;
}

/* Behind --, also such as begin with a dash. */
static int take_files(struct parser *parser)
{
	int err = 0;

	for (int i = optind; !err && i < parser->argc; i++)
		err = take_file(parser, parser->argv[i]);
	return err;
}

/* Of a command that has options only. */
static int refuse_word(struct parser *parser, const char *word)
{
	enum command command = parser->options->command;

	if (option_by_letter('C')->commands & CMD(command))
		return refuse(parser->error,
			      "'" QUOTED "' is too much: %s takes options only, such as -C %s",
			      word, command_name(command), word);
	return refuse(parser->error,
		      "'" QUOTED "' is too much: %s takes options only; see tpconnect --help", word,
		      command_name(command));
}

/* A word that is no option: the command of ours, or the INTERVAL of its reports. */
static int take_word(struct parser *parser, char **words)
{
	/* Behind report and audit, a word is a file, whatever it is called. */
	bool is_file = parser->has_command &&
		       CMD(parser->options->command) & (CMD(COMMAND_REPORT) | CMD(COMMAND_AUDIT));
	int command = is_file ? -1 : keyword_find(command_name, *words);

	if (command >= 0 && parser->has_command)
		return refuse(parser->error,
			      "'%s' is too much: a command of tpconnect is there already", *words);
	if (command >= 0) {
		parser->options->command = (enum command)command;
		parser->has_command = true;
		return 0;
	}
	if (is_file)
		return take_file(parser, *words);
	if (parser->options->request.dns == DNS_PROCESS && keyword_find(dns_name, *words) >= 0)
		return refuse(parser->error,
			      "'%s' is too much: with --dns it is written as "
			      "--dns=%s",
			      *words, *words);
	if (CMD(parser->options->command) & CMD_WORDLESS)
		return refuse_word(parser, *words);
	if (makes_reports(parser->options))
		return set_interval(parser->options, *words, parser->error);
	return unknown_command(words, parser->error);
}

/* What getopt could not take: ':' a missing value, '?' everything else. */
static int refuse_option(int opt, const char *word, struct error *error)
{
	const struct option_row *row = optopt ? row_of(optopt) : NULL;

	if (opt == ':')
		return refuse(error, "option " QUOTED " needs a value: %s; see tpconnect --help",
			      word, row ? row->value : "VALUE");
	if (row && optopt >= LONG_BASE)
		return refuse(error, "option --%s takes no value; see tpconnect --help", row->name);
	return optopt ? unknown_letter((unsigned char)optopt, error) : unknown_name(word, error);
}

static int take_value(const struct option_row *row, struct options *options, const char *value,
		      struct error *reason)
{
	if (row->flag)
		*(bool *)((char *)options + row->flag) = true;
	if (row->excludes && check_signs(value, reason))
		return -EINVAL;
	return row->set ? row->set(options, value, reason) : 0;
}

/* word: the one that holds the option. */
static int take_option(struct parser *parser, int opt, const char *word)
{
	const struct option_row *row = opt == '?' || opt == ':' ? NULL : row_of(opt);
	struct error reason;

	if (row && !take_value(row, parser->options, optarg, &reason)) {
		parser->given |= 1ull << (row - option_rows);
		return 0;
	}
	if (lacks_dash(word))
		return unknown_name(word, parser->error);
	if (row)
		return refuse(parser->error, "--%s: %s", row->name, reason.text);
	return refuse_option(opt, word, parser->error);
}

/* Parses up to the end of the options. */
static int parse_words(struct parser *parser)
{
	struct getopt_tables tables;
	int opt, err, at = 1;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	for (;;) {
		opt = getopt_long(parser->argc, parser->argv, tables.letters, tables.longs, NULL);
		if (opt != -1) {
			err = take_option(parser, opt, parser->argv[at]);
		} else if (optind > at || optind == parser->argc || only_shows(parser->options)) {
			/* getopt moved on without an option: it has passed a `--`. */
			parser->dashes = optind > at;
			return 0;
		} else {
			/* A word that is no option; options may follow it. */
			err = take_word(parser, &parser->argv[optind]);
			optind++;
		}
		if (err)
			return err;
		at = optind;
	}
}

/* What is read and no host traced; NULL: there is no record. */
static const char *record_of(const struct options *options)
{
	if (options->output.replay_path)
		return options->output.replay_path;
	return options->files.n ? *(const char *const *)options->files.items : NULL;
}

static int check_given(const struct parser *parser)
{
	enum command command = parser->options->command;
	const char *record = record_of(parser->options);

	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(parser->given & 1ull << i))
			continue;
		if (!(row->commands & CMD(command)))
			return not_of_command(row, command, parser->error);
		if (record && row->tracing)
			return refuse(parser->error,
				      "--%s is for tracing, and '" QUOTED
				      "' is a record: leave it out",
				      row->name, record);
	}
	return 0;
}

/* Refuses -4 or -6 if all named networks are of the other family. */
static int check_family(const struct options *options, struct error *error)
{
	const struct vector *named = &options->request.networks.named;
	const struct config_network *networks = named->items;
	uint32_t family = options->ipv4 ? 4 : 6;

	if (options->ipv4 == options->ipv6 || !named->n)
		return 0;
	for (size_t i = 0; i < named->n; i++)
		if (networks[i].family == family)
			return 0;
	return refuse(error, "--ipv%u leaves none of the networks that --dst names", family);
}

static int check_follow(const struct options *options, struct error *error)
{
	const struct choice *pids = &options->request.pids;

	if (options->limits.wait && !options->limits.argv)
		return refuse(error, "--wait is for what a command starts: put it after --, as in "
				     "tpconnect --wait -- ./install.sh");
	if (options->request.follow_pids && options->limits.argv)
		return refuse(error, "--follow is for the processes of --pid; the COMMAND after -- "
				     "is followed as it is");
	if (options->request.follow_pids && !pids->named.n && !pids->left_out.n)
		return refuse(error, "--follow needs --pid: it follows whom those processes start");
	return 0;
}

static __u8 filter_use(const struct choice *choice)
{
	if (choice->named.n)
		return FILTER_NAMED;
	return choice->left_out.n ? FILTER_OTHERS : FILTER_UNUSED;
}

/* Whether anything that is shown, or compared, is more than an attempt itself says. */
static bool needs_context(const struct options *options)
{
	const struct wanted *wanted = &options->request.wanted;

	return CMD(options->command) &
		       (CMD_EVENTS | CMD(COMMAND_LIST) | CMD(COMMAND_TOP) | CMD(COMMAND_AUDIT)) ||
	       options->output.by & BY_CONTEXT || options->request.dns ||
	       choice_is_made(&wanted->exes) || choice_is_made(&wanted->containers) ||
	       choice_is_made(&wanted->units);
}

/* What the kernel side has to know of it all. */
static void finish_config(struct options *options)
{
	struct request *request = &options->request;
	struct config *config = &request->config;

	config->filter_pid = filter_use(&request->pids);
	config->filter_uid = filter_use(&request->uids);
	config->filter_comm = filter_use(&request->comms);
	config->filter_dst = filter_use(&request->networks);
	config->family = options->ipv4 == options->ipv6 ? 0 : options->ipv4 ? 4 : 6;
	config->follow = !options->limits.argv		     ? FILTER_UNUSED
			 : options->command == COMMAND_AUDIT ? FILTER_MARKED
							     : FILTER_NAMED;
	/* With --follow, these processes and whom they start are in the map of the followed. */
	if (request->follow_pids) {
		config->follow = config->filter_pid;
		config->filter_pid = FILTER_UNUSED;
	}
	/* list sees no answers. */
	if (options->output.by & BY_NAME && !request->dns && options->command != COMMAND_LIST)
		request->dns = DNS_PROCESS;
	config->context = needs_context(options);
	config->args = options->args;
	/* Who forked a process, by which it may have names, is known at its birth only. */
	config->lineage = options->lineage || request->dns;
	config->syscalls = !options->no_syscalls && options->command != COMMAND_LIST;
	request->only_open = options->command == COMMAND_LIST;
	config->open_tell = request->only_open;
	config->open_all = options->output.all;
	request->verbosity = options->verbosity > 0 ? options->verbosity : 0;
}

/*
 * The screen has the terminal. A record has what its filters have let through, and is not written
 * again.
 */
static int check_top(const struct options *options, struct error *error)
{
	if (options->command == COMMAND_TOP && options->output.write &&
	    !options->output.write_path && strcmp(options->output.format, "json") != 0)
		return refuse(error, "--write -: standard output has the screen; name a file, or "
				     "take -o json");
	if (!options->output.replay_path)
		return 0;
	if (options->limits.argv || request_narrows(&options->request))
		return refuse(error, "--replay shows what a record has: leave things out with "
				     "--filter");
	if (options->output.write_path && strcmp(options->output.format, "json") != 0)
		return refuse(error, "--write goes with --replay only where -o json writes lines");
	return 0;
}

static bool is_given(const struct parser *parser, char letter)
{
	return parser->given & 1ull << (option_by_letter(letter) - option_rows);
}

static int finish(struct parser *parser)
{
	struct options *options = parser->options;

	if (options->command == COMMAND_LIST && !is_given(parser, 'o'))
		options->output.format = "table";
	if (options->command == COMMAND_RECORD || options->command == COMMAND_AUDIT)
		options->output.format = "json";
	if (options->command == COMMAND_REPORT && !is_given(parser, 'o'))
		options->output.format = "html";
	if (only_shows(options))
		return 0;
	if (parser->dashes && options->command == COMMAND_REPORT) {
		if (take_files(parser))
			return -EINVAL;
		parser->dashes = false;
	}
	if (parser->dashes && optind == parser->argc)
		return refuse(parser->error, "a command is missing after --");
	if (parser->dashes && !(CMD(options->command) & CMD_STARTING))
		return refuse(parser->error, "%s takes no command", command_name(options->command));
	if (parser->dashes)
		options->limits.argv = parser->argv + optind;
	if (check_given(parser) || settle_filters(options, parser->error) ||
	    check_family(options, parser->error) || check_follow(options, parser->error) ||
	    finish_events(options, parser->error) || finish_rights(options, parser->error))
		return -EINVAL;
	finish_config(options);
	return check_top(options, parser->error);
}

int options_parse(int argc, char **argv, struct options *ret, struct error *error)
{
	struct parser parser = {.argc = argc, .argv = argv, .options = ret, .error = error};
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->output.format = output_format_name(0);
	ret->request.ring_size = RING_SIZE;
	ret->output.repeat_limit = REPEAT_LIMIT;
	ret->store.dir = STORE_DIR;
	ret->store.size = STORE_SIZE;
	err = parse_words(&parser);
	return err ? err : finish(&parser);
}

void options_free(struct options *options)
{
	choice_free(&options->request.pids);
	choice_free(&options->request.uids);
	choice_free(&options->request.comms);
	choice_free(&options->request.networks);
	wanted_free(&options->request.wanted);
	free(options->files.items);
	free(options->metrics_dir);
}
