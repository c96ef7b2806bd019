/* SPDX-License-Identifier: MIT */
/* The parts of a screen. Each draws exactly as many lines as it is told to. Private to view.c. */
#ifndef TOP_DRAW_H
#define TOP_DRAW_H

#include "top/view_state.h"

/* From here on, wide enough for words that a narrow one has no room for. */
#define DRAW_WIDE 120

/* An empty line, to be filled; draw_next() appends it to the screen. base: of line.h. */
struct line *draw_line(struct draw *draw, const char *base);
void draw_next(struct draw *draw);
void draw_blank(struct draw *draw, size_t n);

/* All of it. */
void draw_screen(struct draw *draw);

/* draw_head.c: a line each */
void draw_title(struct draw *draw);
void draw_filter(struct draw *draw);

/* draw_sparks.c */
void draw_sparks(struct draw *draw, size_t n);

/* draw_foot.c: a line each */
void draw_not_seen(struct draw *draw);
void draw_keys(struct draw *draw);

/* draw_table.c */
void draw_table(struct draw *draw, size_t n);

/* Rows, as many as the scroll's height; and the line above them. */
void draw_rows(struct draw *draw, const struct rows *rows, enum rows_by by,
	       const struct scroll *scroll, size_t selected);
void draw_rows_header(struct draw *draw, enum rows_by by);

/* The header and all rows, as a text. */
void draw_all_rows(struct draw *draw);

/* draw_pane.c: what is below the table; title included. */
void draw_pane(struct draw *draw, size_t n);

/* A title: left, a rule, and right, as far as there is room. in_it: keys move below it. */
void draw_pane_title(struct draw *draw, bool in_it, const struct cell *left,
		     const struct cell *right);

/* Moves so that there is no empty room behind the last of the n lines. */
void scroll_fit(struct scroll *scroll, size_t n, size_t height);

/* draw_pair.c: all of one; draw_connections.c: a header, and its connections. */
void draw_pair(struct draw *draw, const struct live_pair *pair, size_t n);
void draw_connections(struct draw *draw, const struct live_pair *pair, size_t n);

/* draw_failures.c, draw_slow.c: title included. in_it: keys move there. */
void draw_failures(struct draw *draw, struct scroll *scroll, bool in_it, size_t n);
void draw_slow(struct draw *draw, size_t n);

/* Whether the rows that are asked for, by filter and otherwise, could have that pair. */
bool is_asked_for(const struct draw *draw, const struct live_pair *pair);

/* draw_help.c */
void draw_help(struct draw *draw, size_t n);

/* draw_cells.c: cells, in at most max columns if they can be longer than a column */
void who_cell(struct cell *cell, const struct live_pair *pair, unsigned int max); /* nginx[8120] */
void user_cell(struct cell *cell, const struct live_pair *pair, const struct names *names,
	       unsigned int max);
void place_cell(struct cell *cell, const struct live_pair *pair, unsigned int max);
void exe_cell(struct cell *cell, const struct live_pair *pair, unsigned int max);
void name_cell(struct cell *cell, const struct live_pair *pair, unsigned int max);

/* "db.example.com:5432", where that is certain, and looks like no address; else the address. */
void peer_cell(struct cell *cell, const struct live_pair *pair, unsigned int max);
void network_cell(struct cell *cell, const struct live_pair *pair, unsigned int max);
void port_cell(struct cell *cell, uint16_t port, const struct names *names, unsigned int max);

/* What all pairs that are one row with it have in common. */
void group_cell(struct cell *cell, enum rows_by by, const struct live_pair *pair,
		const struct names *names, unsigned int max);

void duration_cell(struct cell *cell, uint64_t ns); /* 0: not known */
void size_cell(struct cell *cell, uint64_t bytes);
void count_cell(struct cell *cell, uint64_t n);
void error_cell(struct cell *cell, uint16_t error); /* 0: cancelled */

/* How many a second, rounded: "42"; "0.3", and no 0 where there was one. */
void rate_cell(struct cell *cell, uint32_t n, uint64_t interval_ns);

/* "SYN sent again twice" */
void put_again(struct buffer *out, uint32_t retries);

struct column {
	const char *title;
	bool right; /* numbers */
};

/* The line above a table: widths as columns_fit() has them. */
void draw_header(struct draw *draw, const struct column *columns, const uint8_t *widths, size_t n);

#endif
