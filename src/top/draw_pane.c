// SPDX-License-Identifier: MIT
/* What is below the table: of the selected row, its connections or pairs; or failures; or slow. */
#include "format/brief.h"
#include "format/color.h"
#include "top/draw.h"

/* Fills the room between two words with a rule, so that the eye finds where a part begins. */
static void put_rule(struct line *line, unsigned int end)
{
	while (line->width < end)
		line_puts(line, line->utf8 ? "─" : "-");
}

void draw_pane_title(struct draw *draw, bool in_it, const struct cell *left,
		     const struct cell *right)
{
	struct line *line = draw_line(draw, "");
	unsigned int end = right->width + 2;

	line_color(line, SGR_BOLD);
	line_puts(line, in_it ? ">" : " ");
	line_cell(line, left, 0, false);
	line_plain(line);
	end = line->max > end ? line->max - end : 0;
	if (line->width + 2 < end) {
		line_puts(line, " ");
		put_rule(line, right->width ? end : line->max);
		line_puts(line, right->width ? " " : "");
	} else {
		line_puts(line, "  ");
	}
	line_cell(line, right, 0, false);
	draw_next(draw);
}

/* The row is several pairs. */
static void draw_pairs(struct draw *draw, const struct row *row, size_t n)
{
	struct view *view = draw->view;
	const struct rows_how how = {
		.by = ROWS_PAIR,
		.order = view->order,
		.reverse = view->reverse,
		.idle = true,
		.filter = view->filter,
		.of = row->pair,
		.of_by = view->by,
		.names = draw->head->names,
		.now_ns = draw->now_ns,
	};
	struct cell left, right;
	int err = rows_make(view->pane_rows, draw->live, &how);

	draw->err = draw->err ? draw->err : err;
	group_cell(&left, view->by, row->pair, draw->head->names, view->width > 40 ? 50 : 20);
	cell_start(&right);
	brief_grouped(&right.text, rows_n(view->pane_rows));
	buffer_puts(&right.text, view->by == ROWS_PROCESS ? " destinations" : " pairs");
	cell_done(&right);
	draw_pane_title(draw, view->in_pane, &left, &right);
	if (n < 3) {
		draw_blank(draw, n - 1);
		return;
	}
	draw_rows_header(draw, ROWS_PAIR);
	scroll_fit(&view->pane_scroll, rows_n(view->pane_rows), n - 2);
	draw_rows(draw, view->pane_rows, ROWS_PAIR, &view->pane_scroll, SIZE_MAX);
}

bool is_asked_for(const struct draw *draw, const struct live_pair *pair)
{
	const struct view *view = draw->view;

	if (view->inside && !rows_same(view->of_by, pair, &view->of.pair))
		return false;
	return rows_fit(pair, view->filter, draw->head->names);
}

static void draw_row_pane(struct draw *draw, size_t n)
{
	const struct row *row = selected_row(draw);

	if (!row)
		draw_blank(draw, n);
	else if (row->n_pairs > 1)
		draw_pairs(draw, row, n);
	else
		draw_pair(draw, row->pair, n);
}

void draw_pane(struct draw *draw, size_t n)
{
	struct view *view = draw->view;

	if (!n)
		return;
	switch (view->pane) {
	case PANE_FAILURES:
		draw_failures(draw, &view->pane_scroll, view->in_pane, n);
		break;
	case PANE_SLOW:
		draw_slow(draw, n);
		break;
	default:
		draw_row_pane(draw, n);
	}
}
