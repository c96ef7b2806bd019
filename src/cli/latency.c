// SPDX-License-Identifier: MIT
#include "cli/latency.h"

#include <errno.h>
#include <string.h>

#include "cli/latency_report.h"
#include "cli/output.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

/* Further ones come together, as `other`. A histogram takes 4 KiB. */
#define KEYS_MAX 1000

struct latency {
	struct output output; /* first: ctx of the callbacks is a pointer to it */
	struct groups *groups;
	struct span span;
};

/* T8 of the specification: a deferred one holds the application's own idle time. */
static bool is_handshake(const struct conn *conn)
{
	return conn->kind == EVENT_ESTABLISHED && conn->has & CONN_HAS_LATENCY && !conn->deferred &&
	       conn->origin != ORIGIN_REPAIR;
}

static void on_event(void *ctx, struct session *session, const struct conn *conn,
		     int64_t boot_to_utc_ns)
{
	struct latency *latency = ctx;

	(void)session, (void)boot_to_utc_ns;
	if (is_handshake(conn))
		histogram_add(groups_value(latency->groups, conn), conn->latency_ns);
	else
		latency->output.filtered++;
}

/* The books are in events: a histogram that finds no room loses all that it stands for. */
static void put_group(struct latency *latency, struct session *session, const struct group *group)
{
	const struct histogram *histogram = group->value;
	struct output *output = &latency->output;
	unsigned int by = output->options->by;
	struct buffer *text = output_line(output, session, LATENCY_DRAWING_MAX);

	if (!text) {
		output->lost += histogram->n;
		return;
	}
	if (output->options->format == &format_json)
		latency_json(text, group, by, &latency->span, &output->context);
	else
		latency_drawing(text, group, by, &output->context);
	output_commit(output);
	output->written += histogram->n;
	output->reported += histogram->n;
}

static void put_title(struct latency *latency, struct session *session, bool empty)
{
	struct output *output = &latency->output;
	struct buffer *line = output_line(output, session, REPORT_LINE_MAX);

	if (!line)
		return;
	span_title(line, &latency->span, &output->context);
	if (empty)
		buffer_literal(line, "no connection was established\n");
	output_commit(output);
}

static void report_groups(struct latency *latency, struct session *session,
			  const struct group **groups, size_t n)
{
	if (latency->output.options->format != &format_json)
		put_title(latency, session, !n);
	for (size_t i = 0; i < n; i++)
		put_group(latency, session, groups[i]);
}

/* What came since the last report, which is then forgotten. session: NULL at the end. */
static void report(struct latency *latency, struct session *session)
{
	_cleanup_free_ const struct group **groups = NULL;
	size_t n;
	int err = groups_sorted(latency->groups, histogram_compare, &groups, &n);

	if (err) {
		log_error("cannot make a report: %s; it is put off", strerror(-err));
		return;
	}
	latency->span.end_ns = clock_now_ns(CLOCK_BOOTTIME);
	latency->output.context.boot_to_utc_ns = clock_boot_to_utc_ns();
	report_groups(latency, session, groups, n);
	groups_clear(latency->groups);
	latency->span.begin_ns = latency->span.end_ns;
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

static void run_started(struct latency *latency)
{
	latency->span.begin_ns = clock_now_ns(CLOCK_BOOTTIME);
	latency->output.reports = true;
}

int latency_main(const struct options *options, bool color)
{
	struct session_client client;
	struct latency latency;
	int status = output_open(&latency.output, options, color);

	if (status)
		return status;
	if (groups_new(options->by, sizeof(struct histogram), KEYS_MAX, &latency.groups)) {
		log_error("no memory");
		output_close(&latency.output);
		return EXIT_FAILED;
	}
	run_started(&latency);
	client = output_client(&latency.output);
	client.event = on_event;
	client.interval = on_interval;
	client.finished = on_finished;
	status = session_run(options, &client);
	groups_free(latency.groups);
	output_close(&latency.output);
	return status;
}
