/* SPDX-License-Identifier: MIT */
/* The store as it is sent: parcel after parcel, also while it is written, and what is missing of
 * it. */
#ifndef SHIP_SOURCE_H
#define SHIP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "ship/parcel.h"
#include "ship/place.h"
#include "util/error.h"

struct source;

struct source_counts {
	uint64_t missing; /* lines whose numbers were not in the store any more, or never */
	uint64_t gaps;	  /* places where such lack */
	uint64_t damaged; /* places that were passed over */
};

/*
 * after: what was acknowledged, from behind which it goes on; without a boot, since_ns (UTC) says
 * where to begin, and 0 with all that there is. boot: this host's, which comes last wherever its
 * clock was; or NULL. dir, boot and shape stay the caller's. Returns 0 or -errno with
 * a line in error.
 */
int source_open(const char *dir, const char *boot, const struct place_of *after, uint64_t since_ns,
		const struct shape *shape, struct source **ret, struct error *error);
void source_close(struct source *source);

/*
 * The next parcel, of lines_max lines at most. Returns 1 and *ret, the caller's; 0: there is
 * nothing more for now; -errno with a line in error. Says in messages what is missing or damaged.
 */
int source_next(struct source *source, uint64_t lines_max, struct parcel **ret,
		struct error *error);

struct source_counts source_counts(const struct source *source);

#endif
