/* SPDX-License-Identifier: MIT */
/* What is shown of services and their destinations. Pure. */
#ifndef METRICS_FAMILIES_H
#define METRICS_FAMILIES_H

#include "metrics/exposition.h"
#include "metrics/state.h"

/* All families of which events come. */
void families_put(struct exposition *e, const struct metrics *metrics);

#endif
