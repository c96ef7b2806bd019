/* SPDX-License-Identifier: MIT */
/* A cell of a table: text that a terminal only shows, and the columns that it takes. Pure. */
#ifndef FORMAT_CELL_H
#define FORMAT_CELL_H

#include <stdbool.h>

#include "model/event.h"
#include "util/buffer.h"

/* Bytes of a cell: 128 columns of UTF-8 without marks, or 13 errnos with the greatest counts. */
#define CELL_MAX 512

struct cell {
	struct buffer text; /* in data */
	unsigned int width; /* columns */
	char data[CELL_MAX];
};

/* An empty cell. What is appended to its text must be ASCII; cell_done() then sets the width. */
void cell_start(struct cell *cell);
void cell_done(struct cell *cell);

/* ASCII, such as a number or a word of our own. */
void cell_word(struct cell *cell, const char *word);
void cell_number(struct cell *cell, uint64_t number);

/* Any bytes, in at most max (from 1) columns: see put_legible(). */
void cell_name(struct cell *cell, const char *name, unsigned int max);

/* The columns that the text takes where nothing is shortened. */
unsigned int cell_columns(const char *text);

/* No path is given more columns: they are all that a cell has bytes for. */
#define CELL_PATH_MAX (CELL_MAX / 4 - 8)

/*
 * A path, or the like: any bytes, with `before` (ASCII, at most 8 bytes) in front, in at most max
 * (from 1) columns. One that is longer loses its beginning.
 */
void cell_path(struct cell *cell, const char *before, const char *path, unsigned int max);

/*
 * An address, with its zone if scope_id is not 0, in at most max columns (from 5). A longer one is
 * shortened as cell_endpoint() does.
 */
void cell_address(struct cell *cell, const uint8_t addr[16], uint8_t family, uint32_t scope_id,
		  unsigned int max);

/*
 * An address and a port, in at most max columns. An address that is too long loses its middle
 * (IPv6) or its end (IPv4), or all of it; the port stays. service: the port's name, NULL to show
 * its number.
 */
void cell_endpoint(struct cell *cell, const struct endpoint *endpoint, uint8_t family,
		   const char *service, unsigned int max);

/* Makes *width smaller by up to *over, but not below `least`; *over becomes what is left of it. */
void cell_shrink(unsigned int *width, unsigned int *over, unsigned int least);

/* Appends the cell, filled up with spaces to width: after it, or before it (right). */
void cell_put(struct buffer *out, const struct cell *cell, unsigned int width, bool right);

#endif
