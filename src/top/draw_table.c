// SPDX-License-Identifier: MIT
/* Rows of the table. */
#include <string.h>

#include "format/brief.h"
#include "format/color.h"
#include "top/columns.h"
#include "top/table.h"
#include "util/array.h"
#include "util/clock.h"

static const struct column columns[TABLE_COLUMNS] = {
	[TABLE_WHO] = {"PROCESS", false},
	[TABLE_USER] = {"USER", false},
	[TABLE_PLACE] = {"CONTAINER / UNIT", false},
	[TABLE_EXE] = {"EXECUTABLE", false},
	[TABLE_DST] = {"DESTINATION", false},
	[TABLE_OPEN] = {"OPEN", true},
	[TABLE_PENDING] = {"PEND", true},
	[TABLE_NEW] = {"NEW/s", true},
	[TABLE_FAIL] = {"FAIL/s", true},
	[TABLE_FAILED] = {"FAILED", true},
	[TABLE_RETRY] = {"RETRY", true},
	[TABLE_P50] = {"P50", true},
	[TABLE_P99] = {"P99", true},
	[TABLE_MAX] = {"MAX", true},
	[TABLE_TX_RATE] = {"TX/s", true},
	[TABLE_RX_RATE] = {"RX/s", true},
	[TABLE_TX] = {"TX", true},
	[TABLE_RX] = {"RX", true},
	[TABLE_SPARK] = {"", false},
};

/* 40 columns are enough for the first four; 80 and 140 for what is to be seen at first sight. */
static const struct column_step steps[] = {
	{TABLE_WHO, 10},    {TABLE_OPEN, 5},	{TABLE_DST, 15},   {TABLE_FAIL, 6},
	{TABLE_NEW, 5},	    {TABLE_P99, 6},	{TABLE_WHO, 18},   {TABLE_DST, 22},
	{TABLE_TX_RATE, 5}, {TABLE_RX_RATE, 5}, {TABLE_USER, 8},   {TABLE_RETRY, 5},
	{TABLE_P50, 6},	    {TABLE_PLACE, 16},	{TABLE_SPARK, 10}, {TABLE_PLACE, 24},
	{TABLE_DST, 26},    {TABLE_WHO, 23},	{TABLE_FAILED, 6}, {TABLE_MAX, 6},
	{TABLE_TX, 5},	    {TABLE_RX, 5},	{TABLE_SPARK, 30}, {TABLE_PENDING, 5},
	{TABLE_EXE, 24},    {TABLE_PLACE, 40},	{TABLE_DST, 47},   {TABLE_SPARK, 60},
	{TABLE_EXE, 40},    {TABLE_USER, 16},
};

static const char *color_of(const struct row *row, enum table_column column)
{
	if (column == TABLE_FAIL && row->last.failed)
		return SGR_RED;
	return column == TABLE_RETRY && row->last.retries ? SGR_YELLOW : "";
}

static void draw_row(const struct table *table, struct draw *draw, const struct row *row,
		     bool selected)
{
	const char *base = selected ? SGR_REVERSE : row->over ? SGR_DIM : "";
	struct line *line = draw_line(draw, base);

	line_puts(line, selected ? ">" : " ");
	for (enum table_column i = 0; i < TABLE_COLUMNS; i++) {
		const char *color = color_of(row, i);
		struct cell cell;

		if (!table->width[i])
			continue;
		table_cell(&cell, table, row, i);
		line_color(line, color);
		line_cell(line, &cell, table->width[i], columns[i].right);
		line_plain(line);
		line_puts(line, " ");
	}
	if (selected)
		line_to(line, line->max);
	draw_next(draw);
}

static const char *title_of(const struct table *table, enum table_column column)
{
	static const char *const first[ROWS_BY_END] = {
		[ROWS_EXE] = "EXECUTABLE", [ROWS_CONTAINER] = "CONTAINER", [ROWS_USER] = "USER"};

	if (column == TABLE_WHO && first[table->by])
		return first[table->by];
	if (column == TABLE_DST && table->by == ROWS_NETWORK)
		return "NETWORK";
	if (column == TABLE_DST && table->by == ROWS_NAME)
		return "NAME";
	return column == TABLE_DST && table->by == ROWS_PORT ? "PORT" : columns[column].title;
}

/* "LAST 30s", also where it is 29.98 */
static void span_cell(struct cell *cell, const struct table *table)
{
	uint64_t ns = table->draw->head->interval_ns * intervals_per_bar(table) *
		      table->width[TABLE_SPARK];

	cell_word(cell, "LAST ");
	brief_age(&cell->text,
		  ns + (ns < 10 * NSEC_PER_SEC ? NSEC_PER_SEC / 20 : NSEC_PER_SEC / 2));
	cell_done(cell);
}

static void header_cell(struct cell *cell, const struct table *table, enum table_column column)
{
	unsigned int width = table->width[column];

	if (column == TABLE_SPARK) {
		span_cell(cell, table);
		return;
	}
	cell_name(cell, title_of(table, column), width);
	if (column == TABLE_WHO && width >= WHO_WITH_PID && cell->width < width - 4 &&
	    !strcmp(title_of(table, column), "PROCESS")) {
		buffer_spaces(&cell->text, width - cell->width - 3);
		buffer_literal(&cell->text, "PID");
		cell->width = width;
	}
}

static void draw_table_header(const struct table *table, struct draw *draw)
{
	struct line *line = draw_line(draw, SGR_BOLD);

	for (enum table_column i = 0; i < TABLE_COLUMNS; i++) {
		struct cell cell;

		if (!table->width[i])
			continue;
		header_cell(&cell, table, i);
		line_puts(line, " ");
		line_cell(line, &cell, table->width[i], columns[i].right);
	}
	draw_next(draw);
}

static struct table table_of(const struct draw *draw, enum rows_by by)
{
	struct table table = {.draw = draw, .by = by};

	columns_fit(table.width, steps, ARRAY_SIZE(steps), draw->view->width);
	return table;
}

void draw_rows(struct draw *draw, const struct rows *rows, enum rows_by by,
	       const struct scroll *scroll, size_t selected)
{
	const struct table table = table_of(draw, by);

	for (size_t i = 0; i < scroll->height; i++) {
		const struct row *row = rows_at(rows, scroll->top + i);

		if (row)
			draw_row(&table, draw, row, scroll->top + i == selected);
		else
			draw_blank(draw, 1);
	}
}

void draw_rows_header(struct draw *draw, enum rows_by by)
{
	const struct table table = table_of(draw, by);

	draw_table_header(&table, draw);
}

/* Why there are no rows. */
static const char *emptiness(const struct view *view, const struct live *live)
{
	if (!live_pairs(live))
		return " no connection yet";
	if (*view->filter)
		return " nothing fits the filter";
	return view->idle ? " nothing is left of it"
			  : " nothing happens now: i shows idle ones, too";
}

void draw_table(struct draw *draw, size_t n)
{
	struct view *view = draw->view;
	struct scroll *scroll = &view->table;
	size_t header = n >= 2, height = n - header;

	if (!n)
		return;
	if (view->selected < scroll->top)
		scroll->top = view->selected;
	if (view->selected >= scroll->top + height)
		scroll->top = view->selected - height + 1;
	scroll_fit(scroll, rows_n(view->rows), height);
	if (header)
		draw_rows_header(draw, view->by);
	if (!rows_n(view->rows)) {
		line_puts(draw_line(draw, ""), emptiness(view, draw->live));
		draw_next(draw);
		draw_blank(draw, height - 1);
		return;
	}
	draw_rows(draw, view->rows, view->by, scroll, view->selected);
}

void draw_all_rows(struct draw *draw)
{
	const struct scroll all = {.height = rows_n(draw->view->rows)};

	draw_rows_header(draw, draw->view->by);
	draw_rows(draw, draw->view->rows, draw->view->by, &all, SIZE_MAX);
}
