// SPDX-License-Identifier: MIT
#include "top/draw.h"

/* What a screen of some height has, in lines. */
struct layout {
	size_t sparks, table, pane, failures;
	bool filter, not_seen, keys;
};

struct line *draw_line(struct draw *draw, const char *base)
{
	line_start(&draw->view->line, draw->view->width, base);
	return &draw->view->line;
}

void draw_next(struct draw *draw)
{
	const struct buffer *text = &draw->view->line.text;
	int err;

	line_end(&draw->view->line);
	err = lines_add(draw->lines, text->data, text->len);
	draw->err = draw->err ? draw->err : err;
}

void draw_blank(struct draw *draw, size_t n)
{
	while (n--) {
		draw_line(draw, "");
		draw_next(draw);
	}
}

void scroll_fit(struct scroll *scroll, size_t n, size_t height)
{
	size_t last = n > height ? n - height : 0;

	scroll->height = height;
	scroll->top = scroll->top < last ? scroll->top : last;
}

/* One line of four sparklines on a screen that has no room for more: failures. */
static size_t spark_lines(unsigned int width, unsigned int height)
{
	if (height < 12)
		return 0;
	if (height < 20)
		return 1;
	if (width >= DRAW_WIDE)
		return 2;
	return height < 30 ? 1 : 4;
}

/* The table and what is below it share the rest: half each, or most of it for the one in use. */
static void share(struct layout *layout, const struct view *view, size_t rest)
{
	if (rest < 12 || view->help) {
		layout->pane = view->in_pane ? rest : 0;
		layout->table = rest - layout->pane;
		return;
	}
	if (rest >= 28 && view->pane != PANE_FAILURES)
		layout->failures = rest / 4;
	rest -= layout->failures;
	layout->table = view->in_pane ? (rest + 3) / 4 : (rest + 1) / 2;
	layout->pane = rest - layout->table;
}

static struct layout lay_out(const struct view *view)
{
	unsigned int height = view->height;
	struct layout layout = {
		.sparks = spark_lines(view->width, height),
		.filter = height >= 8 || (height >= 3 && (view->typing || *view->filter)),
		.not_seen = height >= 20,
		.keys = height >= 6,
	};
	size_t fixed = 1 + layout.sparks + layout.filter + layout.not_seen + layout.keys;

	share(&layout, view, height > fixed ? height - fixed : 0);
	return layout;
}

static void draw_body(struct draw *draw, const struct layout *layout)
{
	struct scroll none = {0};

	if (draw->view->help) {
		draw_help(draw, layout->table + layout->pane);
		return;
	}
	draw_table(draw, layout->table);
	draw_pane(draw, layout->pane);
	if (layout->failures)
		draw_failures(draw, &none, false, layout->failures);
}

void draw_screen(struct draw *draw)
{
	const struct layout layout = lay_out(draw->view);

	if (!draw->view->height)
		return;
	draw->shows_failures = layout.failures;
	draw_title(draw);
	draw_sparks(draw, layout.sparks);
	if (layout.filter)
		draw_filter(draw);
	draw_body(draw, &layout);
	if (layout.not_seen)
		draw_not_seen(draw);
	if (layout.keys)
		draw_keys(draw);
}
