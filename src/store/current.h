/* SPDX-License-Identifier: MIT */
/* The segment that is being written. */
#ifndef STORE_CURRENT_H
#define STORE_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/list.h"
#include "store/place.h"

struct current {
	int fd; /* -1: there is none */
	struct segment segment;
	struct frame_index sums;
	uint8_t filter[FRAME_SUMS_FILTER_MAX];
	bool is_torn; /* a part of a frame is at its end, and cannot be cut off */
};

/* Makes the segment, of this boot, and no other. Returns 0 or -errno. */
int current_begin(struct current *current, const struct place *place, uint64_t first_seq);

/* Writes a frame at once, whole or not at all. Returns 0 or -errno. */
int current_write(struct current *current, struct batch *batch);

/* Writes a mark alone, behind the last frame; there must be one. Returns 0 or -errno. */
int current_write_mark(struct current *current, const struct frame_mark *mark);

/* Writes the sums, if there is room, and lets go of the descriptor, which is returned. */
int current_end(struct current *current);

#endif
