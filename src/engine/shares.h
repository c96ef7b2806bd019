/* SPDX-License-Identifier: MIT */
/* Whose attempts fill the kernel side's map, told as soon as somebody is refused more room. */
#ifndef ENGINE_SHARES_H
#define ENGINE_SHARES_H

#include <stdbool.h>

#include "probe/loader.h"

struct shares {
	uint64_t state;	   /* the counter when we looked last */
	bool told[SHARES]; /* once is enough */
};

/* Logs who has been refused since and was not told before; counters: as they are now. */
void shares_tell(struct shares *shares, struct probe *probe, const struct counters *counters);

#endif
