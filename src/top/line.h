/* SPDX-License-Identifier: MIT */
/* One line of a screen while it is drawn: what does not fit is left out. Pure. */
#ifndef TOP_LINE_H
#define TOP_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "format/cell.h"
#include "util/buffer.h"

struct line {
	struct buffer text;	 /* the caller's memory: line_size() bytes */
	unsigned int width, max; /* columns */
	bool utf8;		 /* else what is not ASCII is shown by what is */
	bool color;
	const char *base; /* of color.h: what the line is in where nothing else is said */
	bool colored;	  /* something else is said now */
};

/* Bytes for a line of so many columns; marks without end find an end there. */
size_t line_size(unsigned int columns);

/* From now on, it is an empty one, of at most max columns. base: "" for none. */
void line_start(struct line *line, unsigned int max, const char *base);
void line_end(struct line *line);

/* Any bytes, shown as legible_step() says. */
void line_put(struct line *line, const char *text, size_t n);
void line_puts(struct line *line, const char *text);

/* Spaces up to that column. */
void line_to(struct line *line, unsigned int column);

/* The cell, filled up to width as cell_put() does. */
void line_cell(struct line *line, const struct cell *cell, unsigned int width, bool right);

/* What follows is in a color of color.h, "" for none, up to line_plain(). */
void line_color(struct line *line, const char *sgr);
void line_plain(struct line *line);

#endif
