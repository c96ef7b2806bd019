/* SPDX-License-Identifier: MIT */
/* What connections carry now, from the kernel side's records of it. */
#ifndef ENGINE_GAUGES_H
#define ENGINE_GAUGES_H

#include "engine/session.h"

struct probe;

/* As session_gauges(). */
int gauges_read(struct probe *probe, session_gauge_fn *gauge, void *ctx);

#endif
