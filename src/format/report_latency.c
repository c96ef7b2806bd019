// SPDX-License-Identifier: MIT
#include "format/report_latency.h"

#include <inttypes.h>
#include <stdio.h>

#include "format/fields.h"
#include "util/array.h"

#define BAR_WIDTH 40

static const unsigned int percents[] = {50, 90, 99};

#define N_PERCENTS ARRAY_SIZE(percents)

struct rows {
	unsigned int first, last; /* that are not empty */
	uint64_t greatest;
};

static struct rows rows_of(const struct histogram *histogram)
{
	struct rows rows = {.first = HISTOGRAM_OCTAVES};

	for (unsigned int i = 0; i < HISTOGRAM_OCTAVES; i++) {
		uint64_t n = histogram_row(histogram, i);

		if (!n)
			continue;
		if (rows.first == HISTOGRAM_OCTAVES)
			rows.first = i;
		rows.last = i;
		if (n > rows.greatest)
			rows.greatest = n;
	}
	return rows;
}

static uint64_t row_begin_us(unsigned int row)
{
	return row ? 1ull << row : 0;
}

/* As bcc's print_log2_hist does, so that it looks as people know it. */
static void put_row(struct buffer *out, const struct histogram *histogram, unsigned int row,
		    uint64_t greatest)
{
	static const char stars[] = "****************************************";
	uint64_t n = histogram_row(histogram, row);
	/*
	 * Rounded up: a row that is not empty has a star. Counts are far from 2^58, so nothing
	 * overflows.
	 */
	unsigned int bar = (unsigned int)((n * BAR_WIDTH + greatest - 1) / greatest);
	char line[128];
	int len = snprintf(line, sizeof(line), "%10" PRIu64 " -> %-10" PRIu64 " : %-8" PRIu64,
			   row_begin_us(row), row_begin_us(row + 1) - 1, n);

	buffer_put(out, line, (size_t)len);
	len = snprintf(line, sizeof(line), " |%-*.*s|\n", BAR_WIDTH, (int)bar, stars);
	buffer_put(out, line, (size_t)len);
}

/*
 * Rounds a percentile up before its last digits are cut off, so that it stays an upper bound; the
 * greatest value bounds it as well.
 */
static uint64_t bound_ns(const struct histogram *histogram, unsigned int percent)
{
	uint64_t ns = histogram_percentile(histogram, percent);

	return ns < histogram->max_ns ? (ns + 999) / 1000 * 1000 : ns;
}

/* "n=12 p50<=0.412ms p90<=1.003ms p99<=1.100ms max=1.100ms". */
static void put_numbers(struct buffer *out, const struct histogram *histogram)
{
	buffer_literal(out, "n=");
	buffer_u64(out, histogram->n);
	for (size_t i = 0; i < N_PERCENTS && histogram->n; i++) {
		buffer_literal(out, " p");
		buffer_u64(out, percents[i]);
		buffer_literal(out, "<=");
		field_duration(out, bound_ns(histogram, percents[i]));
	}
	if (histogram->n) {
		buffer_literal(out, " max=");
		field_duration(out, histogram->max_ns);
	}
	buffer_putc(out, '\n');
}

void latency_drawing(struct buffer *out, const struct group *group, unsigned int by,
		     const struct format_context *ctx)
{
	const struct histogram *histogram = group->value;
	struct rows rows = rows_of(histogram);

	if (by || group->other) {
		buffer_putc(out, '\n');
		key_title(out, group, by, ctx->names);
		buffer_putc(out, '\n');
	}
	if (rows.greatest) {
		buffer_literal(out, "     usecs               : count    distribution\n");
		for (unsigned int row = rows.first; row <= rows.last; row++)
			put_row(out, histogram, row, rows.greatest);
	}
	put_numbers(out, histogram);
}

unsigned int latency_drawing_lines(const struct histogram *histogram, unsigned int by)
{
	struct rows rows = rows_of(histogram);
	unsigned int drawn = rows.greatest ? 1 + rows.last - rows.first + 1 : 0;

	return (by ? 2 : 0) + drawn + 1;
}

/* [from_us, below_us, n] of each row that is not empty. */
static void json_buckets(struct json *json, const struct histogram *histogram)
{
	json_key(json, "tpconnect.latency.buckets");
	json_open(json, '[');
	for (unsigned int row = 0; row < HISTOGRAM_OCTAVES; row++) {
		uint64_t n = histogram_row(histogram, row);

		if (!n)
			continue;
		json_item(json);
		json_open(json, '[');
		json_item_u64(json, row_begin_us(row));
		json_item_u64(json, row_begin_us(row + 1));
		json_item_u64(json, n);
		json_close(json, ']');
	}
	json_close(json, ']');
}

static void json_percentiles(struct json *json, const struct histogram *histogram)
{
	for (size_t i = 0; i < N_PERCENTS; i++) {
		char key[64];

		snprintf(key, sizeof(key), "tpconnect.latency.p%u_ns", percents[i]);
		json_key_begin(json);
		buffer_puts(json->out, key);
		json_key_end(json);
		buffer_u64(json->out, histogram_percentile(histogram, percents[i]));
	}
}

void latency_json(struct buffer *out, const struct group *group, unsigned int by,
		  const struct span *span, const struct format_context *ctx)
{
	const struct histogram *histogram = group->value;
	struct json json = {.out = out};

	report_json_open(&json, "tpconnect.latency", group, by, span, ctx);
	json_u64(&json, "tpconnect.latency.count", histogram->n);
	if (histogram->n) {
		json_percentiles(&json, histogram);
		json_u64(&json, "tpconnect.latency.min_ns", histogram->min_ns);
		json_u64(&json, "tpconnect.latency.max_ns", histogram->max_ns);
	}
	json_buckets(&json, histogram);
	report_json_close(&json);
}
