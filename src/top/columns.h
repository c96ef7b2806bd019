/* SPDX-License-Identifier: MIT */
/* Which columns a table has, and how wide they are, by the room alone: so they stand still. Pure.
 */
#ifndef TOP_COLUMNS_H
#define TOP_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

/* The column is there, that wide. */
struct column_step {
	uint8_t column, width;
};

/*
 * Takes the steps for which there is room, in their order. widths: by column, 0 at first. Each
 * column takes one more, for what parts it from the one before.
 */
void columns_fit(uint8_t *widths, const struct column_step *steps, size_t n, unsigned int room);

#endif
