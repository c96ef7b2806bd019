/* SPDX-License-Identifier: MIT */
/* What a table says of the end of a connection. Pure. */
#ifndef FORMAT_CLOSE_H
#define FORMAT_CLOSE_H

#include "format/cell.h"
#include "format/layout.h"

/* In columns of its own: the cells from DURATION on. */
void close_fill(struct cell cells[COLUMNS], const struct conn *conn);

/*
 * Where it has none, in one cell: "close 1.55ms tx=73 rx=1.7K rtt=54us". All of it in up to `spare`
 * columns; lifetime, bytes and errno also in up to `most`; less where that is too little. An end
 * that is as it should be (fin) is not told, nor that nothing was sent again.
 */
void close_words(struct cell *cell, const struct conn *conn, unsigned int spare, unsigned int most);

#endif
