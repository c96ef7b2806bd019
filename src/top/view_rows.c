// SPDX-License-Identifier: MIT
/* The rows of a view, and which of them is selected. */
#include "top/view_state.h"

static int make(struct draw *draw)
{
	const struct view *view = draw->view;
	const struct rows_how how = {
		.by = view->by,
		.order = view->order,
		.reverse = view->reverse,
		.idle = view->idle,
		.filter = view->filter,
		.of = view->inside ? &view->of.pair : NULL,
		.of_by = view->of_by,
		.names = draw->head->names,
		.now_ns = draw->now_ns,
	};

	return rows_make(view->rows, draw->live, &how);
}

static void choose(struct draw *draw)
{
	struct view *view = draw->view;
	const struct row *row = rows_at(view->rows, view->selected);

	view->chosen = row;
	if (row && !draw->err)
		draw->err = kept_set(&view->chosen_pair, row->pair);
}

static bool is_chosen(const struct view *view, size_t index)
{
	const struct row *row = rows_at(view->rows, index);

	return row && rows_same(view->by, row->pair, &view->chosen_pair.pair);
}

/*
 * If the chosen row is no more, the one at its place is chosen; but not while words are typed, as
 * it may come back with the next character.
 */
static void find_chosen(struct draw *draw)
{
	struct view *view = draw->view;
	size_t n = rows_n(view->rows);

	if (!view->chosen) {
		view->selected = 0;
		return;
	}
	if (is_chosen(view, view->selected))
		return;
	for (size_t i = 0; i < n; i++)
		if (is_chosen(view, i)) {
			view->selected = i;
			return;
		}
	if (view->selected >= n)
		view->selected = n ? n - 1 : 0;
	if (n && !view->typing)
		choose(draw);
}

void remake_rows(struct draw *draw)
{
	draw->rows_made = false;
}

static void need_rows(struct draw *draw)
{
	int err;

	if (draw->rows_made)
		return;
	err = make(draw);
	draw->err = draw->err ? draw->err : err;
	draw->rows_made = true;
	find_chosen(draw);
}

const struct row *selected_row(struct draw *draw)
{
	need_rows(draw);
	return rows_at(draw->view->rows, draw->view->selected);
}

void select_first(struct view *view)
{
	view->chosen = false;
	view->selected = 0;
	view->table.top = 0;
}

void move_selection(struct draw *draw, long by)
{
	struct view *view = draw->view;
	size_t n;

	need_rows(draw);
	n = rows_n(view->rows);
	if (!n)
		return;
	if (by < 0)
		view->selected -= (size_t)-by < view->selected ? (size_t)-by : view->selected;
	else
		view->selected +=
			(size_t)by < n - view->selected ? (size_t)by : n - 1 - view->selected;
	choose(draw);
}
