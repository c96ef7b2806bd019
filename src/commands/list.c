// SPDX-License-Identifier: MIT
/* tpconnect list: what is open now, and who holds it. */
#include <inttypes.h>

#include "commands/output.h"
#include "commands/run.h"
#include "commands/snapshot.h"
#include "engine/signals.h"
#include "format/list.h"
#include "format/report_open.h"
#include "util/clock.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Further groups come together, as `other`: as many as of count. */
#define GROUPS_MAX 10000

/* Room for the last line: five numbers, and what they are of. */
#define SUMS_MAX 256

struct list {
	struct output output;
	struct snapshot *snapshot;
	struct opens sums;
	uint64_t max;	 /* lines; 0: no limit */
	size_t n_groups; /* with --by */
};

static bool is_json(const struct list *list)
{
	return list->output.format == &format_json;
}

/* Whether columns are shown: --by has them in text as well. */
static bool is_table(const struct list *list)
{
	return list->output.format == &format_table ||
	       (list->output.options->output.by && !is_json(list));
}

/* Room for the next line; NULL: nothing can be written any more, and `events` are lost with it. */
static struct buffer *next_line(struct list *list, size_t max, uint64_t events)
{
	struct buffer *line = list->output.closed ? NULL : output_line(&list->output, NULL, max);

	if (!line)
		books_lost(&list->output.ledger.books, events);
	return line;
}

/* How many of n are shown. */
static size_t limit(const struct list *list, size_t n)
{
	return list->max && n > list->max ? list->max : n;
}

/* Sockets */

static void put_header(struct list *list, const struct list_table *table)
{
	struct buffer *line = next_line(list, LIST_LINE_MAX, 0);

	if (!line)
		return;
	list_table_header(line, table);
	output_commit(&list->output, 0);
}

/* table: NULL for a format that has no columns. */
static void put_socket(struct list *list, const struct list_table *table, const struct event *event)
{
	struct output *output = &list->output;
	struct buffer *line = next_line(list, table ? LIST_LINE_MAX : format_line_max(event), 1);

	if (!line)
		return;
	if (table)
		list_table_row(line, table, event, output->context.names);
	else
		output->format->event(line, event, &output->context);
	output_commit(output, 1);
}

static void put_sockets(struct list *list)
{
	const struct format_context *ctx = &list->output.context;
	size_t n = limit(list, snapshot_n(list->snapshot));
	bool columns = is_table(list);
	struct list_table table;
	struct event event;

	list_table_start(&table);
	for (size_t i = 0; columns && i < n; i++) {
		snapshot_get(list->snapshot, i, &event);
		list_table_fit(&table, &event, ctx->names);
	}
	if (ctx->width)
		list_table_narrow(&table, ctx->width);
	if (columns && n)
		put_header(list, &table);
	for (size_t i = 0; i < n; i++) {
		snapshot_get(list->snapshot, i, &event);
		put_socket(list, columns ? &table : NULL, &event);
	}
}

/* Groups */

/* Makes the table for the groups, and writes its header. */
static void start_table(struct list *list, struct report_table *table,
			const struct group *const *groups, size_t n)
{
	const struct format_context *ctx = &list->output.context;
	struct buffer *line;

	report_table_start(table, &open_columns, list->output.options->output.by);
	for (size_t i = 0; i < n; i++)
		report_table_fit(table, groups[i], ctx->names);
	if (ctx->width)
		report_table_narrow(table, ctx->width);
	line = n ? next_line(list, REPORT_LINE_MAX, 0) : NULL;
	if (!line)
		return;
	report_table_header(line, table);
	output_commit(&list->output, 0);
}

static void write_groups(struct list *list, const struct group *const *groups, size_t n)
{
	const struct format_context *ctx = &list->output.context;
	uint64_t now_ns = clock_now_ns(CLOCK_BOOTTIME);
	struct report_table table;

	if (!is_json(list))
		start_table(list, &table, groups, n);
	for (size_t i = 0; i < n; i++) {
		struct buffer *line =
			next_line(list, REPORT_LINE_MAX + report_texts_max(groups[i]), 1);

		if (!line)
			continue;
		if (is_json(list))
			open_json(line, groups[i], list->output.options->output.by, now_ns, ctx);
		else
			report_table_row(line, &table, groups[i], ctx);
		output_commit(&list->output, 1);
	}
}

static enum exit_status put_groups(struct list *list)
{
	_cleanup_free_ const struct group **sorted = NULL;
	struct groups *groups;
	struct event event;
	size_t n;

	if (groups_new(list->output.options->output.by, sizeof(struct opens), GROUPS_MAX,
		       &groups)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < snapshot_n(list->snapshot); i++) {
		snapshot_get(list->snapshot, i, &event);
		opens_add(groups_value(groups, &event), &event);
	}
	if (groups_sorted(groups, opens_compare, &sorted, &n)) {
		log_error("no memory");
		groups_free(groups);
		return STATUS_FAILED;
	}
	list->n_groups = n;
	write_groups(list, (const struct group *const *)sorted, limit(list, n));
	groups_free(groups);
	return STATUS_DONE;
}

/* The end */

static void sum_up(struct list *list)
{
	struct event event;

	for (size_t i = 0; i < snapshot_n(list->snapshot); i++) {
		snapshot_get(list->snapshot, i, &event);
		opens_add(&list->sums, &event);
	}
}

/* "; the first 2 groups are shown", where -n leaves some out. */
static void put_limit(const struct list *list, struct buffer *out)
{
	bool by = list->output.options->output.by;
	size_t n = by ? list->n_groups : snapshot_n(list->snapshot), shown = limit(list, n);

	if (shown == n)
		return;
	buffer_literal(out, "; the first ");
	if (shown > 1)
		buffer_u64(out, shown);
	buffer_puts(out, shown > 1 ? by ? " groups" : "" : by ? "group" : "one");
	buffer_puts(out, shown > 1 ? " are shown" : " is shown");
}

static void put_sums(const struct list *list, struct buffer *out)
{
	const struct options *options = list->output.options;

	if (!opens_all(&list->sums)) {
		buffer_puts(out, request_narrows(&options->request)
					 ? "nothing that is open fits the filters"
				 : options->output.all ? "nothing is open"
						       : "no outbound connection is open");
		return;
	}
	list_sums(out, &list->sums);
	put_limit(list, out);
}

static bool has_last_line(const struct list *list)
{
	return list->output.options->verbosity >= 0;
}

/* What is read by people ends with it. */
static void put_last_line(struct list *list)
{
	struct buffer *line = next_line(list, SUMS_MAX + 1, 0);

	if (!line)
		return;
	put_sums(list, line);
	buffer_putc(line, '\n');
	output_commit(&list->output, 0);
}

/* What programs read has nothing but events. */
static void log_last_line(const struct list *list)
{
	char text[SUMS_MAX];
	struct buffer sums = {.data = text, .cap = sizeof(text)};

	put_sums(list, &sums);
	log_info("%.*s", (int)sums.len, text);
}

static enum exit_status finish(struct list *list)
{
	uint64_t lost;

	if (has_last_line(list) && is_table(list))
		put_last_line(list);
	output_settle(&list->output);
	lost = list->output.ledger.books.lost.output;
	if (list->output.closed)
		return STATUS_DONE; /* who closed the pipe wants nothing more */
	if (has_last_line(list) && !is_table(list))
		log_last_line(list);
	if (lost)
		log_error("%" PRIu64 " lines could not be written", lost);
	return lost || list->output.write_error ? STATUS_FAILED : STATUS_DONE;
}

static enum exit_status show(struct list *list)
{
	struct output *output = &list->output;
	enum exit_status status = STATUS_DONE;

	output_say_unknown(snapshot_unknown(list->snapshot), "holders that are left out",
			   &output->options->request);
	output_rows(output); /* and so the width of the terminal */
	output->context.boot_to_utc_ns = clock_boot_to_utc_ns();
	sum_up(list);
	if (output->options->output.by)
		status = put_groups(list);
	else
		put_sockets(list);
	return status ? status : finish(list);
}

/* What was asked for and is not shown like this. */
static void warn_of_what_is_not_shown(const struct list *list)
{
	if (list->output.options->output.names && !is_table(list))
		log_warning("-N shows names in tables only; here are numbers");
	if (list->output.options->output.by & BY_NAME)
		log_warning(
			"list sees no answers of name servers, so all is without name; tpconnect "
			"top --dns and trace --dns see those that come from now on");
	output_say_names(&list->output.options->request);
}

int list_main(const struct options *options, bool color)
{
	struct list list = {.max = options->limits.max_events};
	enum exit_status status = output_open(&list.output, options, color);

	if (status)
		return status;
	list.output.reports = true;
	signals_ignore_of_writing();
	warn_of_what_is_not_shown(&list);
	status = snapshot_take(&options->request, &list.snapshot);
	if (!status)
		status = output_begin(&list.output);
	if (!status)
		status = show(&list);
	snapshot_free(list.snapshot);
	output_close(&list.output);
	return status;
}
