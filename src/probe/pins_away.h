/* SPDX-License-Identifier: MIT */
/* Taking away what recorders have pinned, and finding it. */
#ifndef PROBE_PINS_AWAY_H
#define PROBE_PINS_AWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/pin_dir.h"
#include "util/error.h"

struct pins_taken {
	int programs;
	uint64_t since_ns; /* CLOCK_BOOTTIME: observed since then; 0: not known */
	bool unread_known; /* of what is in the ring: how many events nobody had read */
	uint64_t unread;
};

/*
 * Takes all away that is pinned in the directory, and the directory. Returns 0; or -errno and a
 * line in error: -ENOENT: there is none; -EBUSY: a recorder runs.
 */
int pins_take_away(const char *dir, struct pins_taken *ret, struct error *error);

/*
 * Directories below `below`, or that itself, with programs of ours that no recorder holds. Returns
 * how many there are; ret: the path of one, if there is any.
 */
unsigned int pins_find_left(const char *below, char ret[static PATH_MAX]);

#endif
