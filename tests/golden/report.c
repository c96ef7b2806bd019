// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "format/list.h"
#include "format/report_count.h"
#include "format/report_latency.h"
#include "format/report_open.h"
#include "model/by.h"
#include "util/array.h"
#include "util/cleanup.h"

static const struct span first_second = {.begin_ns = 0, .end_ns = 1000000000};

static void put_table(struct buffer *out, const struct report_columns *columns,
		      const struct group **groups, size_t n, unsigned int by,
		      const struct format_context *ctx)
{
	struct report_table table;

	report_table_start(&table, columns, by);
	for (size_t i = 0; i < n; i++)
		report_table_fit(&table, groups[i], NULL);
	if (ctx->width)
		report_table_narrow(&table, ctx->width);
	report_table_header(out, &table);
	for (size_t i = 0; i < n; i++)
		report_table_row(out, &table, groups[i], ctx);
}

static void put_counts(struct buffer *out, const struct group **groups, size_t n, unsigned int by,
		       bool json, const struct format_context *ctx)
{
	for (size_t i = 0; json && i < n; i++)
		count_json(out, groups[i], by, &first_second, ctx);
	if (json)
		return;
	span_title(out, &first_second, ctx);
	put_table(out, &count_columns, groups, n, by, ctx);
}

static void put_latencies(struct buffer *out, const struct group **groups, size_t n,
			  unsigned int by, bool json, const struct format_context *ctx)
{
	if (!json)
		span_title(out, &first_second, ctx);
	for (size_t i = 0; i < n; i++)
		if (json)
			latency_json(out, groups[i], by, &first_second, ctx);
		else
			latency_drawing(out, groups[i], by, ctx);
}

static void put_opens(struct buffer *out, const struct group **groups, size_t n, unsigned int by,
		      bool json, const struct format_context *ctx)
{
	for (size_t i = 0; json && i < n; i++)
		open_json(out, groups[i], by, first_second.end_ns, ctx);
	if (!json)
		put_table(out, &open_columns, groups, n, by, ctx);
}

static void add_count(void *value, const struct event *event)
{
	counts_add(value, event);
}

static void add_latency(void *value, const struct event *event)
{
	histogram_add(value, event->latency_ns);
}

static void add_open(void *value, const struct event *event)
{
	opens_add(value, event);
}

static const struct report {
	const char *name;
	size_t value_size;
	void (*add)(void *value, const struct event *event);
	int (*compare)(const void *a, const void *b);
	void (*put)(struct buffer *out, const struct group **groups, size_t n, unsigned int by,
		    bool json, const struct format_context *ctx);
} reports[] = {
	{"count", sizeof(struct counts), add_count, counts_compare, put_counts},
	{"latency", sizeof(struct histogram), add_latency, histogram_compare, put_latencies},
	{"list", sizeof(struct opens), add_open, opens_compare, put_opens},
};

static const struct report *find_report(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		if (!strcmp(reports[i].name, name))
			return &reports[i];
	return NULL;
}

/* Returns false if one of them is no key. */
static bool parse_by(const char *keys, unsigned int *ret)
{
	_cleanup_free_ char *copy = strdup(keys);

	*ret = 0;
	for (char *name = strtok(copy, ","); name; name = strtok(NULL, ",")) {
		if (!by_find(name))
			return false;
		*ret |= by_find(name);
	}
	return true;
}

/* As tpconnect list shows them. */
static void put_list(struct buffer *out, const struct event *events, size_t n,
		     const struct format_context *ctx)
{
	struct list_table table;
	struct opens opens = {0};

	list_table_start(&table);
	for (size_t i = 0; i < n; i++)
		list_table_fit(&table, &events[i], NULL);
	if (ctx->width)
		list_table_narrow(&table, ctx->width);
	list_table_header(out, &table);
	for (size_t i = 0; i < n; i++) {
		list_table_row(out, &table, &events[i], NULL);
		opens_add(&opens, &events[i]);
	}
	list_sums(out, &opens);
	buffer_putc(out, '\n');
}

bool put_report(struct buffer *out, const char *name, const char *keys, bool json,
		const struct event *events, size_t n, const struct format_context *ctx)
{
	const struct report *report = find_report(name);
	_cleanup_free_ const struct group **sorted = NULL;
	struct groups *groups;
	size_t n_groups;
	unsigned int by;

	if (!report || !parse_by(keys, &by))
		return false;
	if (!by && report->put == put_opens) {
		put_list(out, events, n, ctx);
		return true;
	}
	if (groups_new(by, report->value_size, n, &groups))
		abort();
	for (size_t i = 0; i < n; i++)
		report->add(groups_value(groups, &events[i]), &events[i]);
	if (groups_sorted(groups, report->compare, &sorted, &n_groups))
		abort();
	report->put(out, sorted, n_groups, by, json, ctx);
	groups_free(groups);
	return true;
}
