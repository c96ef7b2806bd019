// SPDX-License-Identifier: MIT
/* tpconnect history: what a store has, as trace, count or latency would have shown it; and whether
 * all of it is there. */
#include "commands/history.h"

#include "commands/check.h"
#include "commands/conn_log.h"
#include "commands/output.h"
#include "commands/run.h"
#include "engine/signals.h"
#include "format/fields.h"
#include "util/log.h"

/* So often what was read is written, and whether anybody reads is known. */
#define FLUSH_LINES 1000

struct history {
	struct output output;
	struct conn_log *conn_log; /* NULL: a line for each event */
	unsigned int unflushed;
	uint64_t day; /* that the table has come to, from 1970-01-01; 0: none */
};

static bool is_json(const struct output *output)
{
	return output->format == &format_json;
}

/* A table has a column for names of destinations once there is one. */
static void fit(struct output *output, const struct event *event)
{
	if (event->names && !output->context.dns) {
		output->context.dns = true;
		output->since_header = 0;
	}
	output_fit(output, event);
}

#define DAY_NS	      (24 * 3600 * NSEC_PER_SEC)
#define DAY_LINE_SIZE sizeof("2026-02-16 (UTC)")

/* Times of a table have no date: a line of its own has it, where another day begins. */
static void put_day(struct history *history, struct buffer *line, uint64_t utc_ns)
{
	char text[sizeof("2026-02-16T12:34:56.123456789Z")];
	struct buffer time = {.data = text, .cap = sizeof(text)};

	if (utc_ns / DAY_NS == history->day)
		return;
	history->day = utc_ns / DAY_NS;
	field_time(&time, utc_ns);
	buffer_put(line, text, sizeof("2026-02-16") - 1);
	buffer_literal(line, " (UTC)\n");
}

static void put_event(struct history *history, const struct event *event)
{
	struct output *output = &history->output;
	struct buffer *line;

	fit(output, event);
	line = output_line(output, NULL, format_line_max(event) + DAY_LINE_SIZE);
	if (!line)
		return;
	if (output->format == &format_table)
		put_day(history, line, event->time_ns);
	output->format->event(line, event, &output->context);
	output_commit(output, event_weight(event));
}

/* Byte by byte as it was kept. */
static void put_as_it_is(struct output *output, const struct replay_line *line, const char *text,
			 size_t size)
{
	struct buffer *out = output_line(output, NULL, size + 1);

	if (!out)
		return;
	buffer_put(out, text, size);
	buffer_putc(out, '\n');
	output_commit(output, line->kind == REPLAY_EVENT ? event_weight(&line->event) : 0);
}

/*
 * Another run of the recorder begins: what is open then is not heard of again, unless it goes on
 * with what the run before had pinned.
 */
static void put_connection(struct history *history, const struct replay_line *line)
{
	if (line->kind == REPLAY_EVENT)
		conn_log_event(history->conn_log, NULL, &line->event, 0);
	else if (line->kind == REPLAY_START && !line->resumed)
		conn_log_settle(history->conn_log);
}

static bool take_line(void *ctx, const struct replay_line *line, const char *text, size_t size)
{
	struct history *history = ctx;
	struct output *output = &history->output;
	uint64_t max = output->options->limits.max_events;

	if (is_json(output))
		put_as_it_is(output, line, text, size);
	else if (history->conn_log)
		put_connection(history, line);
	else if (line->kind == REPLAY_EVENT)
		put_event(history, &line->event);
	if (++history->unflushed >= FLUSH_LINES) {
		output_flush(output);
		history->unflushed = 0;
	}
	if (max && output->taken >= max)
		return false;
	return !output->closed && !output->write_error;
}

static int show_lines(const struct options *options, bool color)
{
	struct history history = {0};
	struct output *output = &history.output;
	struct span span;
	int status = output_open(output, options, color);

	if (status)
		return status;
	signals_ignore_of_writing();
	output->context.process_epoch_ns = 0;
	output_rows(output); /* and so the width of the terminal */
	if (options->output.names && output->format != &format_table)
		log_warning("-N shows names in tables only, such as -o table; here are numbers");
	status = output_begin(output);
	if (!status && output->format == &format_zeek)
		status = conn_log_open(output, &history.conn_log);
	if (!status)
		status = history_read(options, take_line, &history, &span);
	if (history.conn_log)
		conn_log_settle(history.conn_log);
	output_footer(output);
	output_settle(output);
	if (!status && !output->closed && (output->write_error || output->ledger.books.lost.output))
		status = STATUS_FAILED;
	conn_log_close(history.conn_log);
	output_close(output);
	return status;
}

int history_main(const struct options *options, bool color)
{
	if (options->store.check)
		return check_store(options);
	if (options->output.latency)
		return latency_main(options, color);
	if (options->output.by)
		return count_main(options, color);
	return show_lines(options, color);
}
