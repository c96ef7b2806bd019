// SPDX-License-Identifier: MIT
/* tpconnect latency: histograms of how long handshakes took. */
#include "commands/reporter.h"
#include "commands/run.h"
#include "format/report_latency.h"

static void add(void *value, const struct event *event)
{
	histogram_add(value, event->latency_ns);
}

static void merge(void *to, const void *from)
{
	histogram_merge(to, from);
}

static uint64_t n_events(const void *value)
{
	return ((const struct histogram *)value)->n;
}

static unsigned int lines(const void *value, unsigned int by)
{
	return latency_drawing_lines(value, by);
}

static void begin(struct reporter *reporter, struct buffer *out, const struct group *const *groups,
		  size_t n)
{
	(void)groups;
	if (!n)
		buffer_puts(out, reporter->output.options->command == COMMAND_HISTORY
					 ? "no connection that was established then is kept\n"
					 : "no connection was established\n");
}

static void text(struct reporter *reporter, struct buffer *out, const struct group *group)
{
	latency_drawing(out, group, reporter->output.options->output.by, &reporter->output.context);
}

static const struct reporter_ops ops = {
	.value_size = sizeof(struct histogram),
	.keys_max = 1000, /* a histogram takes 4 KiB */
	.text_max = LATENCY_DRAWING_MAX,
	.wants = event_has_handshake,
	.add = add,
	.merge = merge,
	.compare = histogram_compare,
	.n_events = n_events,
	.lines = lines,
	.begin = begin,
	.text = text,
	.json = latency_json,
};

int latency_main(const struct options *options, bool color)
{
	struct reporter reporter;

	return reporter_run(&reporter, &ops, options, color);
}
