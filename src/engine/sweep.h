/* SPDX-License-Identifier: MIT */
/* When the kernel side is searched for what is tracked although it has no socket any more. */
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include <stdbool.h>

#include "engine/intake.h"

struct sweep {
	unsigned int seconds;
	bool impossible; /* it failed, and that has been said */
};

/* To be called each second; searches every minute. */
void sweep_second(struct sweep *sweep, struct probe *probe);

/*
 * Searches once more, before the probe is detached: as long as the programs are there, nothing that
 * ends by the rules can be taken for what did not.
 */
void sweep_last(struct sweep *sweep, struct probe *probe, struct intake *intake);

#endif
