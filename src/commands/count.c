// SPDX-License-Identifier: MIT
/* tpconnect count: attempts and results, by whom and where to. */
#include "commands/reporter.h"
#include "commands/run.h"
#include "format/report_count.h"

struct count {
	struct reporter reporter;  /* first: the ops get a pointer to it */
	struct report_table table; /* of the report that is being written */
};

/* The kernel side sends what is counted, and nothing else. */
static bool wants(const struct event *event)
{
	(void)event;
	return true;
}

static void add(void *value, const struct event *event)
{
	counts_add(value, event);
}

static void merge(void *to, const void *from)
{
	counts_merge(to, from);
}

static uint64_t n_events(const void *value)
{
	return counts_events(value);
}

static bool shown(const struct options *options, const void *value)
{
	const struct counts *counts = value;

	return !options->output.failed_only || counts->failed || counts->cancelled;
}

static unsigned int lines(const void *value, unsigned int by)
{
	(void)value, (void)by;
	return 1;
}

/* Of a store, nothing is claimed about the time that it does not have. */
static const char *nothing(const struct options *options)
{
	bool is_kept = options->command == COMMAND_HISTORY;

	if (options->output.failed_only)
		return is_kept ? "no failure of that time is kept\n" : "nothing failed\n";
	if (request_narrows(&options->request))
		return "no attempt fits the filters\n";
	return is_kept ? "no attempt of that time is kept\n" : "nothing was attempted\n";
}

static void begin(struct reporter *reporter, struct buffer *out, const struct group *const *groups,
		  size_t n)
{
	struct report_table *table = &((struct count *)reporter)->table;
	const struct options *options = reporter->output.options;
	const struct format_context *ctx = &reporter->output.context;

	if (!n) {
		buffer_puts(out, nothing(options));
		return;
	}
	report_table_start(table, &count_columns, options->output.by);
	for (size_t i = 0; i < n; i++)
		report_table_fit(table, groups[i], ctx->names);
	if (ctx->width)
		report_table_narrow(table, ctx->width);
	report_table_header(out, table);
}

static void text(struct reporter *reporter, struct buffer *out, const struct group *group)
{
	report_table_row(out, &((struct count *)reporter)->table, group, &reporter->output.context);
}

static const struct reporter_ops ops = {
	.value_size = sizeof(struct counts),
	.keys_max = 10000, /* a row of the report takes about 100 bytes */
	.text_max = REPORT_LINE_MAX,
	.wants = wants,
	.add = add,
	.merge = merge,
	.compare = counts_compare,
	.n_events = n_events,
	.shown = shown,
	.lines = lines,
	.header_lines = 1,
	.begin = begin,
	.text = text,
	.json = count_json,
};

int count_main(const struct options *options, bool color)
{
	struct count count;

	return reporter_run(&count.reporter, &ops, options, color);
}
