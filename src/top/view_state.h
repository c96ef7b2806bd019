/* SPDX-License-Identifier: MIT */
/* What a view remembers from one screen to the next. Private to view.c and what draws. */
#ifndef TOP_VIEW_STATE_H
#define TOP_VIEW_STATE_H

#include "top/kept.h"
#include "top/line.h"
#include "top/view.h"

/* Bytes of a filter, as typed. */
#define FILTER_MAX 256

enum pane {
	PANE_ROW, /* what the selected row consists of */
	PANE_FAILURES,
	PANE_SLOW,
};

/* Where in a list we are: lines above the first that is shown. */
struct scroll {
	size_t top;
	size_t height; /* lines that are shown, as drawn last */
};

struct view {
	struct lines lines;
	struct line line; /* being drawn */
	unsigned int width, height;

	/* Keys that have not been taken: some need the rows, which are made to be drawn. */
	int keys[VIEW_KEYS_MAX];
	size_t n_keys;
	bool will_type, will_help; /* when they have been */

	/* What rows are made of */
	enum rows_by by;
	enum rows_order order;
	bool reverse, idle;
	char filter[FILTER_MAX];
	bool typing;
	bool inside; /* only what `of_by` makes one row with `of` */
	struct kept of;
	enum rows_by of_by;
	struct rows *rows;

	/* The selected row: by what names it if the user chose it, else always the first. */
	bool chosen;
	struct kept chosen_pair;
	size_t selected;
	struct scroll table;

	enum pane pane;
	bool in_pane; /* keys move there */
	struct scroll pane_scroll;
	struct rows *pane_rows; /* of the selected row, where it is several pairs */

	bool help;
	struct scroll help_scroll;

	struct live *frozen; /* NULL: it is not */
	uint64_t frozen_ns;
};

/* One screen. */
struct draw {
	struct view *view;
	struct lines *lines;		   /* what is drawn */
	const struct live *current, *live; /* live: the frozen one, if there is one */
	const struct view_head *head;
	uint64_t now_ns; /* of live */
	bool rows_made;
	bool shows_failures; /* in a part of their own */
	int err;
};

/* Draws what is frozen, or what is current. */
void show_live(struct draw *draw);

/* Takes what keys there are. */
void take_keys(struct draw *draw);

/* What rows are made of has changed. The selection stays on its row. */
void remake_rows(struct draw *draw);

/* Both make the rows if need be. NULL: there is none. */
const struct row *selected_row(struct draw *draw);
void move_selection(struct draw *draw, long by);

/* From now on the first one, whichever that is. */
void select_first(struct view *view);

#endif
