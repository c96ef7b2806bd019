/* SPDX-License-Identifier: MIT */
/* Numbers as a row of bars, one column each. Pure. */
#ifndef TOP_SPARK_H
#define TOP_SPARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/cell.h"

#define SPARK_MAX 60

/*
 * Fills the cell: n (at most SPARK_MAX) values, of which the greatest has the highest bar, and only
 * 0 has the lowest. Of the first n_unknown, nothing is shown.
 */
void spark_cell(struct cell *cell, const uint64_t *values, size_t n, size_t n_unknown, bool utf8);

#endif
