/* SPDX-License-Identifier: MIT */
/* What a table says of the end of a connection, and of one that is open. Pure. */
#ifndef FORMAT_CLOSE_H
#define FORMAT_CLOSE_H

#include "format/cell.h"
#include "format/layout.h"

/* Fills the cells from DURATION on, where the table has those columns; the EVENT's is filled. */
void close_fill(struct cell cells[COLUMNS], const struct event *event);

/*
 * Where the table lacks those columns: one cell of at most max (from 5) columns, "close 1.55ms
 * tx=73 rx=1.7K rtt=54us". The words that say most come first; the first word without room ends the
 * cell, so that more room never shows less. A regular end (fin, local) is left out, and so are
 * retransmits if there were none. A lifetime of which only the end was seen is ">12.3s"; behind
 * "open" stands the state, if that is not established.
 */
void close_words(struct cell *cell, const struct event *event, unsigned int max);

#endif
