/* SPDX-License-Identifier: MIT */
/* What metrics.c counts and families.c shows. */
#ifndef METRICS_STATE_H
#define METRICS_STATE_H

#include "metrics/series.h"

struct metrics {
	uint32_t events; /* EVENT_BIT()s */
	uint64_t folded; /* events that were counted with an `other` */
	struct series series;
};

#endif
