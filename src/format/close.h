/* SPDX-License-Identifier: MIT */
/* What a table says of the end of a connection. Pure. */
#ifndef FORMAT_CLOSE_H
#define FORMAT_CLOSE_H

#include "format/cell.h"
#include "format/layout.h"

/* Fills the cells from DURATION on, where the table has those columns. */
void close_fill(struct cell cells[COLUMNS], const struct event *event);

/*
 * Where the table lacks those columns: one cell of at most max (from 5) columns, "close 1.55ms
 * tx=73 rx=1.7K rtt=54us". The words that say most come first; the first word without room ends the
 * cell, so that more room never shows less. A regular end (fin, local) is left out, and so are
 * retransmits if there were none.
 */
void close_words(struct cell *cell, const struct event *event, unsigned int max);

#endif
