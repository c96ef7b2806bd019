/* SPDX-License-Identifier: MIT */
/* What names a pair, kept beyond the pair. Pure, but for its memory. */
#ifndef TOP_KEPT_H
#define TOP_KEPT_H

#include "top/live.h"

/* Zero-initialised, it is none. */
struct kept {
	struct live_pair pair; /* who and where: no connections and figures */
	char *texts;
};

/* Returns 0, or -ENOMEM and leaves it. */
int kept_set(struct kept *kept, const struct live_pair *pair);
void kept_free(struct kept *kept);

#endif
