// SPDX-License-Identifier: MIT
#include "commands/reporter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands/history.h"
#include "engine/signals.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

static void add(struct reporter *reporter, const struct event *event)
{
	if (reporter->ops->wants(event))
		reporter->ops->add(groups_value(reporter->groups, event), event);
	else
		books_filtered(&reporter->output.ledger.books, 1);
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	(void)session, (void)boot_to_utc_ns;
	add(ctx, event);
}

static bool is_json(const struct reporter *reporter)
{
	return reporter->output.format == &format_json;
}

/* Takes the groups that are not to be shown out of the list. */
static size_t filter(struct reporter *reporter, const struct group **groups, size_t n)
{
	const struct reporter_ops *ops = reporter->ops;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!ops->shown || ops->shown(reporter->output.options, groups[i]->value))
			groups[kept++] = groups[i];
		else
			books_filtered(&reporter->output.ledger.books,
				       ops->n_events(groups[i]->value));
	return kept;
}

/* How many groups fit, of those that do not all fit: the rest needs lines as well. */
static size_t count_fitting(const struct reporter *reporter, const struct group **groups, size_t n,
			    unsigned int rest_lines, unsigned int rows)
{
	const struct reporter_ops *ops = reporter->ops;
	unsigned int by = reporter->output.options->output.by, used = 0, lines;
	size_t fitting = 0;

	for (size_t i = 0; i < n; i++) {
		lines = ops->lines(groups[i]->value, by);
		if (used + lines + rest_lines <= rows)
			fitting = i + 1;
		used += lines;
	}
	if (used <= rows)
		return n;
	return fitting ? fitting : 1;
}

/*
 * Puts together what does not fit the screen, so that nothing is left out of the sums. rest: its
 * value is ops->value_size bytes of 0. Returns how many groups there are then.
 */
static size_t fold(struct reporter *reporter, const struct group **groups, size_t n,
		   struct group *rest, unsigned int rows)
{
	const struct reporter_ops *ops = reporter->ops;
	size_t fitting;

	/* The rest of them takes no more lines than all of them together. */
	for (size_t i = 0; i < n; i++)
		ops->merge(rest->value, groups[i]->value);
	fitting = count_fitting(reporter, groups, n,
				ops->lines(rest->value, reporter->output.options->output.by), rows);
	if (fitting == n)
		return n;
	memset(rest->value, 0, ops->value_size);
	rest->other = true;
	rest->folded = n - fitting;
	for (size_t i = fitting; i < n; i++) {
		ops->merge(rest->value, groups[i]->value);
		if (groups[i]->other)
			rest->folded = 0; /* of any number */
	}
	groups[fitting] = rest;
	reporter->folded = true;
	return fitting + 1;
}

/* The title, and what the command says before its groups. */
static void put_title(struct reporter *reporter, struct session *session,
		      const struct group **groups, size_t n)
{
	struct output *output = &reporter->output;
	struct buffer *text = output_line(output, session, reporter->ops->text_max);

	if (!text)
		return;
	if (reporter->reports)
		buffer_putc(text, '\n');
	if (output->options->command != COMMAND_HISTORY)
		span_title(text, &reporter->span, &output->context);
	else if (reporter->span.begin_ns)
		span_bounds(text, &reporter->span);
	reporter->ops->begin(reporter, text, (const struct group *const *)groups, n);
	output_commit(output, 0);
}

/* The books are in events: a group that finds no room loses all that it stands for. */
static void put_group(struct reporter *reporter, struct session *session, const struct group *group)
{
	struct output *output = &reporter->output;
	uint64_t events = reporter->ops->n_events(group->value);
	struct buffer *text =
		output_line(output, session, reporter->ops->text_max + report_texts_max(group));

	if (!text) {
		books_lost(&output->ledger.books, events);
		return;
	}
	if (is_json(reporter))
		reporter->ops->json(text, group, output->options->output.by, &reporter->span,
				    &output->context);
	else
		reporter->ops->text(reporter, text, group);
	output_commit(output, events);
}

static void put_report(struct reporter *reporter, struct session *session,
		       const struct group **groups, size_t n)
{
	_cleanup_free_ void *value = calloc(1, reporter->ops->value_size);
	struct group rest = {.value = value};
	unsigned int rows = output_rows(&reporter->output);
	/* Lines besides the groups: a blank, the title, and the line with the cursor. */
	unsigned int others = 3 + reporter->ops->header_lines;

	n = filter(reporter, groups, n);
	if (!session)
		others += 2; /* what comes at the end */
	/* Without memory, the report is as long as it is. */
	if (value && rows && n > 1)
		n = fold(reporter, groups, n, &rest, rows > others ? rows - others : 1);
	if (!is_json(reporter))
		put_title(reporter, session, groups, n);
	for (size_t i = 0; i < n; i++)
		put_group(reporter, session, groups[i]);
	reporter->reports++;
}

/* What came since the last report, to end_ns; it is then forgotten. session: NULL at the end. */
static void report(struct reporter *reporter, struct session *session, uint64_t end_ns)
{
	_cleanup_free_ const struct group **groups = NULL;
	size_t n;
	int err = groups_sorted(reporter->groups, reporter->ops->compare, &groups, &n);

	if (err) {
		log_error("cannot make a report: %s; it is put off", strerror(-err));
		return;
	}
	/* The rest of a second in which nothing came is no news. */
	if (!session && !n && reporter->reports)
		return;
	reporter->span.end_ns = end_ns;
	put_report(reporter, session, groups, n);
	groups_clear(reporter->groups);
	reporter->span.begin_ns = reporter->span.end_ns;
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct reporter *reporter = ctx;

	reporter->span.begin_ns = start->begin_ns;
	output_started(ctx, session, start);
}

static void on_interval(void *ctx, struct session *session)
{
	struct reporter *reporter = ctx;

	reporter->output.context.boot_to_utc_ns = clock_boot_to_utc_ns();
	report(reporter, session, clock_now_ns(CLOCK_BOOTTIME));
}

static void say_folded(const struct reporter *reporter)
{
	if (reporter->folded)
		log_info("a report on a terminal fits the screen; a pipe or -w FILE gets all rows");
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct reporter *reporter = ctx;

	reporter->output.context.boot_to_utc_ns = clock_boot_to_utc_ns();
	report(reporter, NULL, end->observed.end_ns);
	output_flush_patiently(&reporter->output);
	say_folded(reporter);
	output_finished(ctx, session, end);
}

static int run_session(struct reporter *reporter)
{
	const struct options *options = reporter->output.options;
	struct consumer consumer = output_consumer(&reporter->output);

	consumer.started = on_started;
	consumer.event = on_event;
	consumer.interval = on_interval;
	consumer.finished = on_finished;
	return session_run(&options->request, &options->limits, &consumer, 1);
}

static bool take_line(void *ctx, const struct replay_line *line, const char *text, size_t size)
{
	(void)text, (void)size;
	if (line->kind == REPLAY_EVENT)
		add(ctx, &line->event);
	return true;
}

/* One report of all that a store has; its times are UTC. */
static int run_history(struct reporter *reporter)
{
	struct output *output = &reporter->output;
	struct span span;
	int status;

	signals_ignore_of_writing();
	status = output_begin(output);
	if (!status)
		status = history_read(output->options, take_line, reporter, &span);
	if (status)
		return status;
	reporter->span.begin_ns = span.begin_ns;
	report(reporter, NULL, span.end_ns);
	output_settle(output);
	say_folded(reporter);
	return output->closed || (!output->write_error && !output->ledger.books.lost.output)
		       ? STATUS_DONE
		       : STATUS_FAILED;
}

int reporter_run(struct reporter *reporter, const struct reporter_ops *ops,
		 const struct options *options, bool color)
{
	struct output *output = &reporter->output;
	int status;

	*reporter = (struct reporter){.ops = ops};
	status = output_open(output, options, color);
	if (status)
		return status;
	if (groups_new(options->output.by, ops->value_size, ops->keys_max, &reporter->groups)) {
		log_error("no memory");
		output_close(output);
		return STATUS_FAILED;
	}
	output->reports = true;
	status =
		options->command == COMMAND_HISTORY ? run_history(reporter) : run_session(reporter);
	groups_free(reporter->groups);
	output_close(output);
	return status;
}
