// SPDX-License-Identifier: MIT
#include "top/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "top/draw.h"
#include "top/view_state.h"

int view_new(bool utf8, bool color, struct view **ret)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return -ENOMEM;
	view->line.utf8 = utf8;
	view->line.color = color;
	if (rows_new(&view->rows) || rows_new(&view->pane_rows)) {
		view_free(view);
		return -ENOMEM;
	}
	*ret = view;
	return 0;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	lines_free(&view->lines);
	free(view->line.text.data);
	kept_free(&view->of);
	kept_free(&view->chosen_pair);
	rows_free(view->rows);
	rows_free(view->pane_rows);
	live_free(view->frozen);
	free(view);
}

void view_set_by(struct view *view, enum rows_by by)
{
	view->by = by;
}

void view_set_filter(struct view *view, const char *words)
{
	snprintf(view->filter, sizeof(view->filter), "%s", words);
}

bool view_is_frozen(const struct view *view)
{
	return view->frozen;
}

/* Memory for one line of that width. */
static int make_line(struct view *view, unsigned int width)
{
	struct buffer *text = &view->line.text;
	size_t size = line_size(width);
	char *data;

	if (size <= text->cap)
		return 0;
	data = realloc(text->data, size);
	if (!data)
		return -ENOMEM;
	text->data = data;
	text->cap = size;
	return 0;
}

void show_live(struct draw *draw)
{
	const struct view *view = draw->view;

	draw->live = view->frozen ? view->frozen : draw->current;
	draw->now_ns = view->frozen ? view->frozen_ns : draw->head->now_ns;
	remake_rows(draw);
}

static void begin(struct draw *draw)
{
	draw->err = make_line(draw->view, draw->view->width);
	show_live(draw);
}

int view_draw(struct view *view, const struct live *live, const struct view_head *head,
	      unsigned int width, unsigned int height)
{
	struct draw draw = {.view = view, .lines = &view->lines, .current = live, .head = head};

	view->width = width;
	view->height = height;
	lines_clear(&view->lines);
	begin(&draw);
	take_keys(&draw);
	selected_row(&draw); /* which makes the rows */
	if (!draw.err)
		draw_screen(&draw);
	return draw.err;
}

const struct lines *view_lines(const struct view *view)
{
	return &view->lines;
}

/* Spaces at the end of a line are only of use on a screen. */
static void put_text(struct buffer *out, const struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		size_t len;
		const char *line = lines_at(lines, i, &len);

		while (len && line[len - 1] == ' ')
			len--;
		buffer_put(out, line, len);
		buffer_putc(out, '\n');
	}
}

int view_table(struct view *view, const struct live *live, const struct view_head *head,
	       struct buffer *out)
{
	struct lines lines = {0};
	struct draw draw = {.view = view, .lines = &lines, .current = live, .head = head};
	const bool color = view->line.color;

	view->line.color = false;
	begin(&draw);
	selected_row(&draw);
	if (!draw.err)
		draw_all_rows(&draw);
	view->line.color = color;
	put_text(out, &lines);
	lines_free(&lines);
	return draw.err ? draw.err : out->overflow ? -ENOBUFS : 0;
}
