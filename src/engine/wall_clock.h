/* SPDX-License-Identifier: MIT */
/* The wall clock, which can be set at any time: how far it is from the clock of events. */
#ifndef ENGINE_WALL_CLOCK_H
#define ENGINE_WALL_CLOCK_H

#include <stdint.h>

#include "engine/loop.h"

struct wall_clock {
	int fd;			/* readable once it was set; -1: not opened */
	int source;		/* of the loop */
	int64_t boot_to_utc_ns; /* CLOCK_REALTIME - CLOCK_BOOTTIME */
};

/* As it is now; wall_clock_watch() has the loop look when it is set. The caller closes it. */
struct wall_clock wall_clock_now(void);
void wall_clock_watch(struct wall_clock *clock, struct loop *loop);
void wall_clock_close(struct wall_clock *clock);

/* Looks again. */
void wall_clock_refresh(struct wall_clock *clock);

/*
 * Likewise, before what the last wait of the loop has found is dealt with: unless the clock was set
 * since, as what happened before that is shown by the clock of before.
 */
void wall_clock_turn(struct wall_clock *clock, const struct loop *loop);

#endif
