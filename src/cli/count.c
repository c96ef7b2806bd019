// SPDX-License-Identifier: MIT
#include "cli/count.h"

#include <errno.h>
#include <string.h>

#include "cli/count_report.h"
#include "cli/output.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

/* Further ones are counted together, as `other`. A row of the report takes about 100 bytes. */
#define KEYS_MAX 10000

struct count {
	struct output output; /* first: ctx of the callbacks is a pointer to it */
	struct groups *groups;
	struct span span;
};

static void on_event(void *ctx, struct session *session, const struct conn *conn,
		     int64_t boot_to_utc_ns)
{
	struct count *count = ctx;

	(void)session, (void)boot_to_utc_ns;
	counts_add(groups_value(count->groups, conn), conn);
}

static bool wanted(const struct count *count, const struct group *group)
{
	const struct counts *counts = group->value;

	return !count->output.options->failed_only || counts->failed || counts->cancelled;
}

/* The books are in events: a row that finds no room loses all that it stands for. */
static void put_row(struct count *count, struct session *session, const struct count_table *table,
		    const struct group *group)
{
	struct output *output = &count->output;
	uint64_t events = counts_events(group->value);
	struct buffer *line;

	if (!wanted(count, group)) {
		output->filtered += events;
		return;
	}
	line = output_line(output, session, REPORT_LINE_MAX);
	if (!line) {
		output->lost += events;
		return;
	}
	if (table)
		count_table_row(line, table, group, &output->context);
	else
		count_json(line, group, output->options->by, &count->span, &output->context);
	output_commit(output);
	output->written += events;
	output->reported += events;
}

/* The widths for these groups. Returns whether any is wanted. */
static bool fit_table(const struct count *count, struct count_table *table,
		      const struct group **groups, size_t n)
{
	bool any = false;

	count_table_start(table, count->output.options->by);
	for (size_t i = 0; i < n; i++)
		if (wanted(count, groups[i])) {
			count_table_fit(table, groups[i], count->output.context.names);
			any = true;
		}
	return any;
}

/* The title, and the header for these groups. */
static void start_table(struct count *count, struct session *session, struct count_table *table,
			const struct group **groups, size_t n)
{
	struct output *output = &count->output;
	struct buffer *line = output_line(output, session, REPORT_LINE_MAX);
	bool any = fit_table(count, table, groups, n);

	if (!line)
		return;
	span_title(line, &count->span, &output->context);
	if (any)
		count_table_header(line, table);
	else
		buffer_puts(line, output->options->failed_only ? "nothing failed\n"
							       : "nothing was attempted\n");
	output_commit(output);
}

static void report_groups(struct count *count, struct session *session, const struct group **groups,
			  size_t n)
{
	bool json = count->output.options->format == &format_json;
	struct count_table table;

	if (!json)
		start_table(count, session, &table, groups, n);
	for (size_t i = 0; i < n; i++)
		put_row(count, session, json ? NULL : &table, groups[i]);
}

/* What came since the last report, which is then forgotten. session: NULL at the end. */
static void report(struct count *count, struct session *session)
{
	_cleanup_free_ const struct group **groups = NULL;
	size_t n;
	int err = groups_sorted(count->groups, counts_compare, &groups, &n);

	if (err) {
		log_error("cannot make a report: %s; it is put off", strerror(-err));
		return;
	}
	count->span.end_ns = clock_now_ns(CLOCK_BOOTTIME);
	count->output.context.boot_to_utc_ns = clock_boot_to_utc_ns();
	report_groups(count, session, groups, n);
	groups_clear(count->groups);
	count->span.begin_ns = count->span.end_ns;
}

static void on_interval(void *ctx, struct session *session)
{
	report(ctx, session);
}

static void on_finished(void *ctx, const struct counters *counters, uint64_t tracked)
{
	report(ctx, NULL);
	output_finished(ctx, counters, tracked);
}

static void run_started(struct count *count)
{
	count->span.begin_ns = clock_now_ns(CLOCK_BOOTTIME);
	count->output.reports = true;
}

int count_main(const struct options *options, bool color)
{
	struct session_client client;
	struct count count;
	int status = output_open(&count.output, options, color);

	if (status)
		return status;
	if (groups_new(options->by, sizeof(struct counts), KEYS_MAX, &count.groups)) {
		log_error("no memory");
		output_close(&count.output);
		return EXIT_FAILED;
	}
	run_started(&count);
	client = output_client(&count.output);
	client.event = on_event;
	client.interval = on_interval;
	client.finished = on_finished;
	status = session_run(options, &client);
	groups_free(count.groups);
	output_close(&count.output);
	return status;
}
