/* SPDX-License-Identifier: MIT */
/* How long to wait before the next try: twice as long each time, and no two hosts alike. Pure. */
#ifndef SHIP_BACKOFF_H
#define SHIP_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "util/clock.h"

#define BACKOFF_FIRST_NS (250 * NSEC_PER_MSEC)
#define BACKOFF_MAX_NS	 (10 * NSEC_PER_SEC)

/* Somebody has to look at it: more often only fills a server's log. */
#define BACKOFF_SLOW_FIRST_NS (10 * NSEC_PER_SEC)
#define BACKOFF_SLOW_MAX_NS   (60 * NSEC_PER_SEC)

/* Zero-initialised, nothing has failed. */
struct backoff {
	unsigned int failures; /* one behind the other */
};

/*
 * After a failure: how long to wait, between half of its turn and all of it, as random, any number,
 * says. is_slow: somebody has to look at it.
 */
uint64_t backoff_next(struct backoff *backoff, bool is_slow, uint64_t random);

void backoff_reset(struct backoff *backoff);

#endif
