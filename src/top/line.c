// SPDX-License-Identifier: MIT
#include "top/line.h"

#include <string.h>

#include "format/color.h"
#include "util/utf8.h"

/* Kept free of text, so that a line can always end without colors. */
#define END_MAX 64

size_t line_size(unsigned int columns)
{
	return 4 * (size_t)columns + CELL_MAX + END_MAX;
}

static void put_sgr(struct line *line, const char *sgr)
{
	if (line->color && line->text.cap - line->text.len > END_MAX)
		buffer_puts(&line->text, sgr);
}

void line_start(struct line *line, unsigned int max, const char *base)
{
	line->text.len = 0;
	line->text.overflow = false;
	line->width = 0;
	line->max = max;
	line->base = base;
	line->colored = false;
	put_sgr(line, base);
}

void line_end(struct line *line)
{
	if (line->color && (line->colored || *line->base))
		buffer_literal(&line->text, SGR_PLAIN); /* END_MAX is kept free for that */
}

static void put_ascii(struct line *line, const char *text, unsigned int width)
{
	char shown = strncmp(text, ELLIPSIS, sizeof(ELLIPSIS) - 1) ? '?' : '~';

	while (width--)
		buffer_putc(&line->text, shown);
}

void line_put(struct line *line, const char *text, size_t n)
{
	struct legible shown;
	size_t step;

	for (size_t i = 0; i < n; i += step) {
		step = legible_step(text + i, n - i, &shown);
		if (shown.width > line->max - line->width ||
		    shown.len + END_MAX > line->text.cap - line->text.len) {
			line_to(line, line->max);
			return;
		}
		if (line->utf8 || (unsigned char)*shown.text < 0x80)
			buffer_put(&line->text, shown.text, shown.len);
		else
			put_ascii(line, shown.text, shown.width);
		line->width += shown.width;
	}
}

void line_puts(struct line *line, const char *text)
{
	line_put(line, text, strlen(text));
}

void line_to(struct line *line, unsigned int column)
{
	column = column < line->max ? column : line->max;
	for (; line->width < column && line->text.cap - line->text.len > END_MAX; line->width++)
		buffer_putc(&line->text, ' ');
}

void line_cell(struct line *line, const struct cell *cell, unsigned int width, bool right)
{
	unsigned int start = line->width, missing = width > cell->width ? width - cell->width : 0;

	if (right)
		line_to(line, start + missing);
	line_put(line, cell->data, cell->text.len);
	line_to(line, start + width);
}

void line_color(struct line *line, const char *sgr)
{
	put_sgr(line, sgr);
	line->colored = line->colored || *sgr;
}

void line_plain(struct line *line)
{
	if (!line->colored)
		return;
	put_sgr(line, SGR_PLAIN);
	put_sgr(line, line->base);
	line->colored = false;
}
