// SPDX-License-Identifier: MIT
/* tpconnect trace: a line for each event. */
#include <stdlib.h>

#include "aggregate/repeats.h"
#include "commands/conn_log.h"
#include "commands/daemons.h"
#include "commands/output.h"
#include "commands/run.h"
#include "commands/trace.h"
#include "format/summary.h"
#include "util/clock.h"
#include "util/log.h"

struct trace {
	struct output output; /* first: ctx of the callbacks is a pointer to it */
	struct summary summary;
	struct repeats *repeats;   /* NULL: everything is written as it comes */
	struct conn_log *conn_log; /* NULL: a line for each event */
	struct session *session;   /* whose events these are */
	const struct event *came;  /* the event that is being handed on */
	bool over;		   /* is tracing */
	void (*output_idle)(void *ctx, struct session *session);
};

/* Of a line that stands for more events than its own, all are written with it, or lost. */
static void write_event(void *ctx, const struct event *event, int64_t boot_to_utc_ns)
{
	struct trace *trace = ctx;
	struct output *output = &trace->output;
	struct buffer *line;

	if (trace->conn_log) {
		conn_log_event(trace->conn_log, trace->over ? NULL : trace->session, event,
			       boot_to_utc_ns);
		return;
	}
	output_fit(output, event);
	line = output_line(output, trace->over ? NULL : trace->session, format_line_max(event));
	if (!line) {
		books_lost(&output->ledger.books, event_weight(event));
		return;
	}
	output->context.boot_to_utc_ns = boot_to_utc_ns;
	output->format->event(line, event, &output->context);
	output_commit(output, event_weight(event));
}

/* An event that `repeats` lets pass. */
static void pass_event(void *ctx, const struct event *event, int64_t boot_to_utc_ns)
{
	struct trace *trace = ctx;
	struct event identified = *event;

	session_identify(trace->session, &identified);
	if (event == trace->came)
		output_come(&trace->output);
	write_event(trace, &identified, boot_to_utc_ns);
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct trace *trace = ctx;
	struct output *output = &trace->output;
	uint64_t max = output->options->limits.max_events;

	trace->session = session;
	trace->came = event;
	if (max && output->taken == max) {
		books_filtered(&output->ledger.books, 1);
		output->left_out++;
		return;
	}
	if (output->options->limits.argv)
		summary_add(&trace->summary, event);
	if (trace->repeats && !output_is_full(output)) /* there may be no idle moment for long */
		repeats_flush(trace->repeats, event->time_ns);
	if (trace->repeats && event->not_sent && event->kind != EVENT_RETRY) {
		repeats_add(trace->repeats, event, boot_to_utc_ns);
	} else {
		output_come(output);
		write_event(trace, event, boot_to_utc_ns);
	}
	output_moved(output);
	if (max && output->taken == max)
		session_stop(session, STATUS_DONE);
}

static void on_idle(void *ctx, struct session *session)
{
	struct trace *trace = ctx;

	trace->session = session;
	if (trace->repeats && !output_is_full(&trace->output))
		repeats_flush(trace->repeats, clock_now_ns(CLOCK_BOOTTIME));
	trace->output_idle(ctx, session);
}

/* It attempted nothing itself, but may have had others do so. */
static void log_daemon(char *const *argv)
{
	const struct daemon_client *client = daemon_client_of(argv);

	if (client)
		log_info("%s has its work done by %s, which it does not start; to see what that "
			 "connects to: tpconnect %s",
			 client->name, client->daemon, client->way_out);
}

/* For a command, what became of its connections. */
static void log_summary(const struct trace *trace)
{
	const struct options *options = trace->output.options;
	uint32_t events = options->request.config.event_mask;
	char text[4096];
	struct buffer out = {.data = text, .cap = sizeof(text)};

	if (options->request.config.retried_only)
		events &= ~EVENT_BIT(EVENT_ESTABLISHED); /* most of them are not shown */
	summary_put(&out, &trace->summary, events, request_narrows(&options->request));
	if (out.len)
		log_info("%.*s", (int)out.len, text);
	if (summary_is_empty(&trace->summary, events))
		log_daemon(options->limits.argv);
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct trace *trace = ctx;

	trace->session = session;
	trace->over = true;
	if (trace->repeats)
		repeats_flush(trace->repeats, UINT64_MAX);
	if (trace->conn_log)
		conn_log_settle(trace->conn_log);
	output_footer(&trace->output);
	output_flush_patiently(&trace->output);
	if (trace->output.options->limits.argv)
		log_summary(trace);
	output_finished(&trace->output, session, end);
}

/* Events that -e has added by name, and another option leaves out. */
static void warn_of_events_left_out(const struct options *options)
{
	uint32_t left_out = options->added_events & ~options->request.config.event_mask;

	if (options->output.failed_only && left_out)
		log_warning(
			"some events that -e adds are left out by -f, which shows results only");
	else if (options->request.config.min_latency_ns && left_out)
		log_warning("some events that -e adds are left out by -l, as they have no latency");
	else if (left_out & EVENT_BIT(EVENT_OPEN))
		log_warning("-e +open shows nothing %s",
			    options->limits.argv
				    ? "of a COMMAND: before it starts, it has no connection"
				    : "with --no-snapshot");
}

/* What was asked for and is not shown like this. */
static void warn_of_what_is_not_shown(const struct options *options,
				      const struct format_ops *format)
{
	if (options->output.names && format != &format_table)
		log_warning("-N shows names in tables only, such as -o table; here are numbers");
	if (format == &format_table && (options->args || options->lineage))
		log_warning(
			"a table has no room for arguments and ancestors: leave -o table out, or "
			"take -o json");
	else if (format == &format_text && options->lineage && options->verbosity < 1)
		log_warning("--lineage shows ancestors only with -v or -o json");
	warn_of_events_left_out(options);
}

int trace_open(const struct options *options, bool color, struct trace **ret,
	       struct consumer *ret_consumer)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct consumer consumer;
	int status;

	if (!trace) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	status = output_open(&trace->output, options, color);
	if (status) {
		free(trace);
		return status;
	}
	if (trace->output.format == &format_zeek)
		status = conn_log_open(&trace->output, &trace->conn_log);
	if (status) {
		trace_close(trace);
		return status;
	}
	/*
	 * With a bound on the events there is one already, and it is of events as they come. What
	 * was not sent has no line in a log of connections.
	 */
	if (options->output.repeat_limit && !options->limits.max_events && !trace->conn_log &&
	    repeats_open(options->output.repeat_limit, pass_event, trace, &trace->repeats))
		log_warning("out of memory: what is repeated is not summed up");
	consumer = output_consumer(&trace->output);
	trace->output_idle = consumer.idle;
	consumer.event = on_event;
	consumer.idle = on_idle;
	consumer.finished = on_finished;
	*ret_consumer = consumer;
	*ret = trace;
	return STATUS_DONE;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	conn_log_close(trace->conn_log);
	output_close(&trace->output);
	repeats_close(trace->repeats);
	free(trace);
}

struct output *trace_output(struct trace *trace)
{
	return &trace->output;
}

int trace_main(const struct options *options, bool color)
{
	struct consumer consumer;
	struct trace *trace;
	int status = trace_open(options, color, &trace, &consumer);

	if (status)
		return status;
	warn_of_what_is_not_shown(options, trace->output.format);
	status = session_run(&options->request, &options->limits, &consumer, 1);
	trace_close(trace);
	return status;
}
