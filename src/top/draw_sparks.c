// SPDX-License-Identifier: MIT
/* What happened lately on the whole host: attempts, failures, slow handshakes, SYNs sent again. */
#include "format/brief.h"
#include "format/color.h"
#include "format/fields.h"
#include "top/draw.h"
#include "top/spark.h"
#include "util/array.h"
#include "util/clock.h"

enum spark {
	SPARK_NEW,
	SPARK_FAIL,
	SPARK_P99,
	SPARK_RETRY,
	SPARKS,
};

/* Columns of "fail  " and of "   9/s" or " 214ms". */
#define NAME_WIDTH  6
#define VALUE_WIDTH 8

static uint64_t value_of(const struct live_interval *interval, enum spark spark)
{
	switch (spark) {
	case SPARK_NEW:
		return interval->begun;
	case SPARK_FAIL:
		return interval->failed;
	case SPARK_P99:
		return interval->p99_ns;
	default:
		return interval->retries;
	}
}

static void put_bars(struct draw *draw, struct line *line, enum spark spark, size_t width)
{
	const struct live_sums *sums = live_sums(draw->live);
	size_t n_known = sums->n_history < width ? sums->n_history : width;
	uint64_t values[SPARK_MAX];
	struct cell cell;

	for (size_t i = 0; i < width; i++)
		values[i] = value_of(&sums->history[LIVE_HISTORY - width + i], spark);
	spark_cell(&cell, values, width, width - n_known, line->utf8);
	line_cell(line, &cell, 0, false);
}

static void put_value(struct draw *draw, struct line *line, enum spark spark)
{
	uint64_t value = value_of(&live_sums(draw->live)->history[LIVE_HISTORY - 1], spark);
	struct cell cell;

	if (spark != SPARK_P99) {
		rate_cell(&cell, (uint32_t)value, draw->head->interval_ns);
		buffer_literal(&cell.text, "/s");
	} else if (value) {
		cell_start(&cell);
		brief_duration(&cell.text, value);
	} else {
		cell_word(&cell, "-");
	}
	cell_done(&cell);
	line_color(line, value && spark == SPARK_FAIL ? SGR_RED : "");
	line_cell(line, &cell, VALUE_WIDTH, true);
	line_plain(line);
}

/* "ECONNREFUSED 7  ETIMEDOUT 2": of the last minute, as many as fit up to that column. */
static void put_errors(struct draw *draw, struct line *line, unsigned int end)
{
	const struct live_sums *sums = live_sums(draw->live);
	struct cell cell;

	for (size_t i = 0; i < ARRAY_SIZE(sums->errors) && sums->errors[i].n; i++) {
		cell_start(&cell);
		buffer_literal(&cell.text, "  ");
		field_errno(&cell.text, sums->errors[i].error);
		buffer_putc(&cell.text, ' ');
		buffer_u64(&cell.text, sums->errors[i].n);
		cell_done(&cell);
		if (line->width + cell.width > end)
			return;
		line_cell(line, &cell, 0, false);
	}
}

static void put_rate(struct buffer *out, uint64_t bytes, uint64_t interval_ns)
{
	double rate = (double)bytes * NSEC_PER_SEC / (double)(interval_ns ? interval_ns : 1);

	brief_size(out, rate < 1e19 ? (uint64_t)rate : UINT64_MAX);
	buffer_literal(out, "/s");
}

/* "  TX 2.3M/s  RX 8.1M/s". Of a record, only what those carried in all that ended is known. */
static void put_bytes(struct draw *draw, struct line *line)
{
	const struct live_interval *last = &live_sums(draw->live)->history[LIVE_HISTORY - 1];
	struct cell cell;

	if (draw->head->replay)
		return;
	cell_word(&cell, "  TX ");
	put_rate(&cell.text, last->bytes_sent, draw->head->interval_ns);
	buffer_literal(&cell.text, "  RX ");
	put_rate(&cell.text, last->bytes_received, draw->head->interval_ns);
	cell_done(&cell);
	line_cell(line, &cell, 0, false);
}

static void put_spark(struct draw *draw, struct line *line, enum spark spark, size_t width)
{
	static const char *const names[] = {"new", "fail", "p99", "retry"};
	unsigned int start = line->width;

	line_puts(line, names[spark]);
	line_to(line, start + NAME_WIDTH);
	put_bars(draw, line, spark, width);
	put_value(draw, line, spark);
}

static size_t spark_width(const struct draw *draw, size_t lines)
{
	unsigned int width = draw->view->width;

	if (lines == 2) /* as much again is for errors and bytes */
		width = width > 80 ? (width - 80) / 2 : 0;
	else
		width = width / 5 > 10 ? width / 5 : 10;
	return width < SPARK_MAX ? width : SPARK_MAX;
}

/* As many lines as there is room for: see spark_lines() of draw.c. */
void draw_sparks(struct draw *draw, size_t n)
{
	size_t width = spark_width(draw, n);
	enum spark first = n == 1 ? SPARK_FAIL : SPARK_NEW;
	struct line *line;

	for (size_t i = 0; i < n; i++) {
		enum spark spark = first + (enum spark)i * (n == 2 ? 2 : 1);

		line = draw_line(draw, "");
		put_spark(draw, line, spark, width);
		if (n == 2) {
			line_to(line, line->width + 4);
			put_spark(draw, line, ++spark, width);
		}
		if (spark == SPARK_FAIL)
			put_errors(draw, line, line->max);
		else if (spark == SPARK_RETRY)
			put_bytes(draw, line);
		draw_next(draw);
	}
}
