// SPDX-License-Identifier: MIT
/* The last lines: what is not seen, and what keys do. */
#include "format/brief.h"
#include "format/color.h"
#include "top/draw.h"
#include "util/array.h"

static size_t count_unheld(const struct live *live)
{
	size_t n = 0;

	for (const struct live_pair *pair = live_pairs(live); pair; pair = pair->next)
		n += pair->has_process ? 0 : pair->n_open;
	return n;
}

static void put_count(struct line *line, const char *before, uint64_t n, const char *after)
{
	struct cell cell;

	if (!n)
		return;
	cell_start(&cell);
	brief_grouped(&cell.text, n);
	cell_done(&cell);
	line_puts(line, before);
	line_cell(line, &cell, 0, false);
	line_puts(line, after);
}

void draw_not_seen(struct draw *draw)
{
	struct line *line = draw_line(draw, "");

	line_color(line, SGR_BOLD);
	line_puts(line, " NOT SEEN");
	line_plain(line);
	line_puts(line, "  UDP, QUIC, DNS; inbound.");
	put_count(line, "  Of ", count_unheld(draw->live), " open no process is known.");
	put_count(line, "  ", live_sums(draw->live)->forgotten, " had no room: in the sums only.");
	draw_next(draw);
}

/* What a key does. Where there is no room, the highest rank goes first. */
struct hint {
	const char *text;
	unsigned int rank;
};

static const struct hint table_hints[] = {
	{"q quit", 1},	   {"/ filter", 2}, {"s sort", 4},    {"r reverse", 11}, {"g group", 8},
	{"Enter open", 3}, {"Esc back", 6}, {"Tab pane", 10}, {"f failures", 5}, {"z slow", 9},
	{"p freeze", 7},   {"w write", 12}, {"? help", 0},
};

static const struct hint replay_hints[] = {
	{"q quit", 1},	   {"/ filter", 4}, {"[ ] back, forth", 2}, {"{ } by a minute", 3},
	{"s sort", 7},	   {"g group", 8},  {"Enter open", 5},	    {"Esc back", 9},
	{"f failures", 6}, {"z slow", 10},  {"? help", 0},
};

static const struct hint typing_hints[] = {
	{"Enter keep", 0}, {"Esc clear", 1},  {"!word leaves out", 2},
	{"port 443", 3},   {"10.0.0.0/8", 4}, {"close_wait", 5},
};

static const struct hint help_hints[] = {{"any key: back", 0}};

static unsigned int hints_width(const struct hint *hints, size_t n, unsigned int max_rank)
{
	unsigned int width = 1;

	for (size_t i = 0; i < n; i++)
		if (hints[i].rank <= max_rank)
			width += (unsigned int)strlen(hints[i].text) + 2;
	return width - 2;
}

static void put_hints(struct line *line, const struct hint *hints, size_t n)
{
	unsigned int max_rank = 0;

	while (max_rank < n && hints_width(hints, n, max_rank + 1) <= line->max)
		max_rank++;
	line_puts(line, " ");
	for (size_t i = 0; i < n; i++)
		if (hints[i].rank <= max_rank) {
			line_puts(line, hints[i].text);
			line_to(line, line->width + 2);
		}
}

void draw_keys(struct draw *draw)
{
	struct line *line = draw_line(draw, "");

	if (draw->head->note) {
		line_color(line, SGR_BOLD);
		line_puts(line, " ");
		line_puts(line, draw->head->note);
		line_plain(line);
	} else if (draw->view->typing) {
		put_hints(line, typing_hints, ARRAY_SIZE(typing_hints));
	} else if (draw->view->help) {
		put_hints(line, help_hints, ARRAY_SIZE(help_hints));
	} else if (draw->head->replay) {
		put_hints(line, replay_hints, ARRAY_SIZE(replay_hints));
	} else {
		put_hints(line, table_hints, ARRAY_SIZE(table_hints));
	}
	draw_next(draw);
}
