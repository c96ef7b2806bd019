// SPDX-License-Identifier: MIT
/* Once all options are known: which events they ask for. */
#include <errno.h>
#include <string.h>

#include "model/by.h"
#include "options/errors.h"
#include "options/set.h"

static void finish_reports(struct options *options)
{
	bool count = options->command != COMMAND_LATENCY && !options->output.latency;

	if (!options->output.by && count)
		options->output.by = BY_PROCESS | BY_DST;
	/*
	 * With --failed, count still needs all events: a group without a failure is left out as a
	 * whole.
	 */
	options->request.config.event_mask = count ? EVENTS_COUNT : EVENT_BIT(EVENT_ESTABLISHED);
}

/* Nothing is open before of a command that is still to be started. */
static int leave_open_out(struct options *options, struct error *error)
{
	__u32 *events = &options->request.config.event_mask;

	if (!options->limits.argv && !options->request.no_snapshot)
		return 0;
	if (*events &= ~EVENT_BIT(EVENT_OPEN))
		return 0;
	if (options->limits.argv)
		return refuse(error, "--events: of a COMMAND nothing is open before it starts, so "
				     "open alone leaves no event to show");
	return refuse(error, "--no-snapshot leaves none of the events that --events names");
}

/* Those that a row of top can be of. */
#define BY_OF_TOP (BY_PROCESS | BY_EXE | BY_CONTAINER | BY_USER | BY_DST | BY_PORT | BY_NAME)

/* Text is the screen. */
static int finish_top(struct options *options, struct error *error)
{
	const char *format = options->output.format;
	unsigned int by = options->output.by;

	if (!strcmp(format, "table"))
		return refuse(error, "top has a screen, or -o json; for lines: tpconnect list, or "
				     "tpconnect count 1");
	if (by & ~BY_OF_TOP || by & (by - 1))
		return refuse(error, "--by: top puts rows together by one of process, exe, "
				     "container, user, dst, port and name");
	if (by && !strcmp(format, "json"))
		return refuse(error, "--by is for the screen of top: in JSON, a row is a process "
				     "and a destination, and has names with --dns");
	options->request.config.event_mask = EVENTS_ALL;
	options->request.gauges = true;
	return leave_open_out(options, error);
}

/* What -e says, if anything. The default of record, which signs change, is all. */
static int choose_events(struct options *options, struct error *error)
{
	__u32 *events = &options->request.config.event_mask;
	bool keeps = options->command == COMMAND_RECORD;

	if (keeps && options->changes_events)
		*events = EVENTS_ALL & ~options->left_out_events;
	else if (!*events && !options->changes_events)
		*events = keeps ? EVENTS_ALL : EVENTS_DEFAULT;
	return *events ? 0 : refuse(error, "--events leaves no event to show");
}

static int finish_trace(struct options *options, struct error *error)
{
	if (choose_events(options, error))
		return -EINVAL;
	if (options->output.failed_only && !(options->request.config.event_mask &= EVENTS_FAILED))
		return refuse(error, "--failed leaves none of the events that --events names");
	options->request.config.retried_only =
		options->output.failed_only &&
		!(options->added_events & EVENT_BIT(EVENT_ESTABLISHED));
	if (options->request.config.min_latency_ns &&
	    !(options->request.config.event_mask &= EVENTS_TIMED))
		return refuse(error,
			      "--min-latency leaves no event to show: only established, failed "
			      "and cancelled have a latency");
	return leave_open_out(options, error);
}

static int finish_lines(struct options *options, struct error *error)
{
	const struct config *config = &options->request.config;

	if (finish_trace(options, error))
		return -EINVAL;
	if (config->min_latency_ns && config->event_mask & EVENT_BIT(EVENT_CLOSE))
		return refuse(error, "--min-latency: the record of a close does not have how long "
				     "its handshake took; leave close out of --events");
	return 0;
}

/* Lines, as trace has them; or what count and latency make of them. */
static int finish_history(struct options *options, struct error *error)
{
	const struct store_options *store = &options->store;

	if (store->check &&
	    (store->since_ns || store->until_ns || options->output.by || options->output.latency))
		return refuse(error, "--check is of all that the store has: leave --since, "
				     "--until, --by and --latency out with it");
	if (store->check && (options->output.write || strcmp(options->output.format, "text") != 0))
		return refuse(error, "--check answers in text, on standard output: leave --output "
				     "and --write out with it");
	if (store->since_ns && store->until_ns && store->since_ns >= store->until_ns)
		return refuse(error, "--until must be later than --since");
	if (options->request.config.n_cgroups) /* named before the command */
		return refuse(error, "--cgroup: " NO_CGROUP_OF_HISTORY);
	if (!options->output.by && !options->output.latency)
		return finish_lines(options, error);
	if (options->output.failed_only && options->output.latency)
		return refuse(error, "--failed: a histogram is of what was established: leave it "
				     "out with --latency");
	if (options->request.config.event_mask)
		return refuse(error, "--events chooses lines: leave it out with --%s",
			      options->output.latency ? "latency" : "by");
	if (options->limits.max_events)
		return refuse(error, "--max-events is for lines: leave it out with --%s",
			      options->output.latency ? "latency" : "by");
	finish_reports(options);
	return 0;
}

/* A line is a connection: which events that needs is not a matter of choice. */
static int finish_zeek(struct options *options, struct error *error)
{
	enum command command = options->command;

	if (command != COMMAND_TRACE && command != COMMAND_HISTORY)
		return refuse(error,
			      "-o zeek is for trace and history: %s has no connections, or "
			      "not their ends",
			      command_name(command));
	if (options->output.by || options->output.latency)
		return refuse(error,
			      "-o zeek has a line for each connection: leave it out with "
			      "--%s",
			      options->output.by ? "by" : "latency");
	if (options->request.config.event_mask || options->changes_events)
		return refuse(error, "--events: with -o zeek a line is a connection, and no event; "
				     "leave it out");
	if (options->output.failed_only)
		return refuse(error, "--failed: with -o zeek all connections have a line, and "
				     "conn_state tells of each; leave it out");
	if (options->request.config.min_latency_ns)
		return refuse(error, "--min-latency: with -o zeek a line is a connection, and does "
				     "not have how long its handshake took; leave it out");
	options->request.config.event_mask = EVENTS_ENDS;
	return 0;
}

/* What a store has is shown as it was kept. */
static int check_community_id(const struct options *options, struct error *error)
{
	const char *format = options->output.format;

	if (!options->output.community_id || !strcmp(format, "zeek"))
		return 0;
	if (strcmp(format, "json") != 0)
		return refuse(error, "--community-id is in JSON and in Zeek's log: -o json, or -o "
				     "zeek");
	if (options->command != COMMAND_HISTORY)
		return 0;
	return refuse(error,
		      "--community-id: history -o json shows lines as they were kept; record "
		      "takes --community-id, or write -o zeek");
}

static bool is_format_of_reports(const char *format)
{
	return !strcmp(format, "html") || !strcmp(format, "md") || !strcmp(format, "dot");
}

static int finish_report(const struct options *options, struct error *error)
{
	if (!is_format_of_reports(options->output.format))
		return refuse(error, "-o %s: a report is html, md or dot", options->output.format);
	if (!options->files.n)
		return refuse(error,
			      "a FILE is missing: a record that -o json has written, or - for "
			      "standard input, as in tpconnect history -e all -o json | "
			      "tpconnect report -");
	return 0;
}

int finish_events(struct options *options, struct error *error)
{
	if (options->command == COMMAND_REPORT)
		return finish_report(options, error);
	if (is_format_of_reports(options->output.format))
		return refuse(error,
			      "-o %s is for report, which shows a record: -w FILE -o json "
			      "makes one",
			      options->output.format);
	if (!strcmp(options->output.format, "zeek") && finish_zeek(options, error))
		return -EINVAL;
	if (check_community_id(options, error))
		return -EINVAL;
	if (CMD(options->command) & CMD_EVENTS)
		return finish_trace(options, error);
	if (options->command == COMMAND_HISTORY)
		return finish_history(options, error);
	if (options->command == COMMAND_TOP)
		return finish_top(options, error);
	if (options->command == COMMAND_AUDIT)
		return finish_audit(options, error);
	if (options->command == COMMAND_LIST)
		options->request.config.event_mask = EVENT_BIT(EVENT_OPEN);
	else
		finish_reports(options);
	return 0;
}
