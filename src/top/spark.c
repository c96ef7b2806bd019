// SPDX-License-Identifier: MIT
#include "top/spark.h"

#include "util/array.h"

static const char *const utf8_bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const ascii_bars[] = {" ", ".", ":", "|", "#"};

/* 0 for 0; from 1 on for the rest, so that what is rare among much can be seen. */
static size_t bar(uint64_t value, uint64_t max, size_t n_bars)
{
	if (!value || !max)
		return 0;
	if (max >> 60) { /* no product below may be too great */
		value >>= 4;
		max >>= 4;
	}
	return 1 + (n_bars - 2) * value / max;
}

void spark_cell(struct cell *cell, const uint64_t *values, size_t n, size_t n_unknown, bool utf8)
{
	const char *const *bars = utf8 ? utf8_bars : ascii_bars;
	size_t n_bars = utf8 ? ARRAY_SIZE(utf8_bars) : ARRAY_SIZE(ascii_bars);
	uint64_t max = 0;

	cell_start(cell);
	for (size_t i = n_unknown; i < n; i++)
		max = values[i] > max ? values[i] : max;
	for (size_t i = 0; i < n; i++)
		buffer_puts(&cell->text, i < n_unknown ? " " : bars[bar(values[i], max, n_bars)]);
	cell->width = (unsigned int)n;
}
