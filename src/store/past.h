/* SPDX-License-Identifier: MIT */
/* The segments of a store that nobody writes any more, oldest first. */
#ifndef STORE_PAST_H
#define STORE_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/list.h"
#include "store/place.h"

/* Zero-initialised, there are none. */
struct past {
	struct segment *segments;
	size_t n, cap;
	uint64_t bytes;	    /* of all */
	uint64_t oldest_ns; /* UTC of the first line */
};

/* All that there are; the place's boot is not over. Returns 0 or -errno. */
int past_list(struct past *past, const struct place *place);
void past_free(struct past *past);

/* Room for one more: 0 or -ENOMEM. past_add() needs it, and cannot fail then. */
int past_reserve(struct past *past);
void past_add(struct past *past, const struct segment *segment, uint64_t since_ns);

/* The oldest, or NULL; and takes it: it is none of them any more. */
const struct segment *past_first(const struct past *past);
void past_take(struct past *past, struct segment *ret);
/* Looks for the time of what is the oldest now. */
void past_date(struct past *past, int dir_fd);

/* The newest, or NULL; and cuts it off, to nothing if size is 0: 0 or -errno. */
const struct segment *past_last(const struct past *past);
int past_cut_last(struct past *past, int dir_fd, int fd, uint64_t size);

#endif
