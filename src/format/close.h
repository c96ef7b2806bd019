/* SPDX-License-Identifier: MIT */
/* What a table says of the end of a connection. Pure. */
#ifndef FORMAT_CLOSE_H
#define FORMAT_CLOSE_H

#include "format/cell.h"
#include "format/layout.h"

/* In columns of its own: the cells from DURATION on. */
void close_fill(struct cell cells[COLUMNS], const struct event *event);

/*
 * Where it has none, in one cell of at most max (from 5) columns: "close 1.55ms tx=73 rx=1.7K
 * rtt=54us". What comes first says most, and what has no room ends it, so that more room never
 * shows less. An end that is as it should be (fin, local) is not told, nor that nothing was sent
 * again.
 */
void close_words(struct cell *cell, const struct event *event, unsigned int max);

#endif
