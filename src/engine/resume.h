/* SPDX-License-Identifier: MIT */
/* A session that goes on with the ring of one that is over, as the kernel side has outlived that.
 */
#ifndef ENGINE_RESUME_H
#define ENGINE_RESUME_H

#include <stdint.h>

struct intake;
struct probe;

/* How long a program may take from counting an event to having it in the ring. */
#define RESUME_SETTLE_MS 100

/*
 * Events that the kernel side has sent, and that were taken out of the ring by who has not said so:
 * these are neither among those received nor in the ring. Takes up to 0.1 s.
 */
uint64_t resume_unknown(struct probe *probe, const struct intake *intake);

#endif
