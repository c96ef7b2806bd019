// SPDX-License-Identifier: MIT
/* Attempts that failed, the newest first. */
#include "format/color.h"
#include "format/fields.h"
#include "top/columns.h"
#include "top/draw.h"
#include "util/array.h"

/* From left to right. */
enum failure_column {
	FAILURE_TIME,
	FAILURE_WHO,
	FAILURE_DST,
	FAILURE_ERROR,
	FAILURE_AFTER,
	FAILURE_SOURCE,
	FAILURE_NOTE,
	FAILURE_COLUMNS,
};

static const struct column columns[FAILURE_COLUMNS] = {
	[FAILURE_TIME] = {"TIME(UTC)", false},	[FAILURE_WHO] = {"PROCESS", false},
	[FAILURE_DST] = {"DESTINATION", false}, [FAILURE_ERROR] = {"ERROR", false},
	[FAILURE_AFTER] = {"AFTER", true},	[FAILURE_SOURCE] = {"SOURCE", false},
	[FAILURE_NOTE] = {"", false},
};

static const struct column_step steps[] = {
	{FAILURE_TIME, 9},    {FAILURE_DST, 15},    {FAILURE_ERROR, 12}, {FAILURE_WHO, 12},
	{FAILURE_AFTER, 6},   {FAILURE_DST, 22},    {FAILURE_TIME, 12},	 {FAILURE_WHO, 18},
	{FAILURE_SOURCE, 21}, {FAILURE_NOTE, 24},   {FAILURE_WHO, 22},	 {FAILURE_ERROR, 15},
	{FAILURE_DST, 47},    {FAILURE_SOURCE, 47},
};

static void time_cell(struct cell *cell, const struct draw *draw, uint64_t time_ns,
		      unsigned int width)
{
	cell_start(cell);
	field_time_of_day(&cell->text, time_ns + (uint64_t)draw->head->boot_to_utc_ns);
	if (cell->text.len > width)
		cell->text.len = sizeof("21:44:37") - 1;
	cell_done(cell);
}

static void note_cell(struct cell *cell, const struct live_failure *failure)
{
	cell_word(cell, failure->not_sent ? "not sent" : "");
	if (failure->retries)
		put_again(&cell->text, failure->retries);
	cell_done(cell);
}

static void fill_cell(struct cell *cell, const struct draw *draw,
		      const struct live_failure *failure, enum failure_column column,
		      unsigned int width)
{
	const struct live_pair *pair = failure->pair;

	cell_word(cell, "-");
	switch (column) {
	case FAILURE_TIME:
		time_cell(cell, draw, failure->time_ns, width);
		break;
	case FAILURE_WHO:
		if (pair)
			who_cell(cell, pair, width);
		break;
	case FAILURE_DST:
		if (pair)
			cell_endpoint(cell, &pair->dst, pair->family, NULL, width);
		break;
	case FAILURE_ERROR:
		error_cell(cell, failure->error);
		break;
	case FAILURE_AFTER:
		duration_cell(cell, failure->latency_ns);
		break;
	case FAILURE_SOURCE:
		if (failure->has_src && pair)
			cell_endpoint(cell, &failure->src, pair->family, NULL, width);
		break;
	default:
		note_cell(cell, failure);
	}
}

static void draw_failure(struct draw *draw, const uint8_t *widths,
			 const struct live_failure *failure)
{
	struct line *line = draw_line(draw, "");

	for (enum failure_column i = 0; i < FAILURE_COLUMNS; i++) {
		struct cell cell;

		if (!widths[i])
			continue;
		fill_cell(&cell, draw, failure, i, widths[i]);
		line_puts(line, " ");
		line_color(line, i == FAILURE_ERROR && failure->error ? SGR_RED : "");
		line_cell(line, &cell, widths[i], columns[i].right);
		line_plain(line);
	}
	draw_next(draw);
}

/* Failures of pairs that are forgotten are shown as long as nothing else is asked for. */
static bool is_wanted(const struct draw *draw, const struct live_failure *failure)
{
	const struct view *view = draw->view;

	return failure->pair ? is_asked_for(draw, failure->pair) : !view->inside && !*view->filter;
}

static size_t count_wanted(const struct draw *draw)
{
	const struct live_failure *failure;
	size_t n = 0;

	for (size_t i = 0; (failure = live_failure(draw->live, i)); i++)
		n += is_wanted(draw, failure);
	return n;
}

static void draw_wanted(struct draw *draw, size_t skip, size_t n)
{
	uint8_t widths[FAILURE_COLUMNS] = {0};
	const struct live_failure *failure;

	columns_fit(widths, steps, ARRAY_SIZE(steps), draw->view->width);
	draw_header(draw, columns, widths, FAILURE_COLUMNS);
	for (size_t i = 0; n && (failure = live_failure(draw->live, i)); i++) {
		if (!is_wanted(draw, failure))
			continue;
		if (skip) {
			skip--;
			continue;
		}
		draw_failure(draw, widths, failure);
		n--;
	}
	draw_blank(draw, n);
}

void draw_failures(struct draw *draw, struct scroll *scroll, bool in_it, size_t n)
{
	size_t n_wanted = count_wanted(draw);
	struct cell left, right;

	cell_word(&left, "FAILURES, the newest first");
	cell_number(&right, n_wanted);
	draw_pane_title(draw, in_it, &left, &right);
	if (n < 2)
		return;
	if (!n_wanted) {
		line_puts(draw_line(draw, ""), " none yet");
		draw_next(draw);
		draw_blank(draw, n - 2);
		return;
	}
	scroll_fit(scroll, n_wanted, n - 2);
	draw_wanted(draw, scroll->top, n - 2);
}
