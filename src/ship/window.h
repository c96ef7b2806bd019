/* SPDX-License-Identifier: MIT */
/*
 * Parts on their way, in the order of the store: go-back-N. At the first that was not acknowledged,
 * nothing more is sent until all that are on their way have an answer, and the back-off is over;
 * then what has no acknowledgement is sent again, from the first on. What was acknowledged
 * meanwhile is not sent twice. Pure: the caller has the clock.
 */
#ifndef SHIP_WINDOW_H
#define SHIP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "ship/backoff.h"
#include "ship/output.h"
#include "ship/parcel.h"

#define WINDOW_MAX 64

/* After so many parcels that were taken, larger ones are tried again. */
#define WINDOW_GROWS_AFTER 64

struct window {
	struct parcel *first;
	unsigned int n, n_sent;
	unsigned int max;     /* parcels at a time: 1 to WINDOW_MAX; of halves there may be more */
	uint64_t lines_max;   /* of a parcel: what was too large teaches it */
	unsigned int n_taken; /* since that was learnt */
	uint64_t last_number;
	bool is_stopped;
	uint64_t not_before_ns;
	struct backoff backoff;
};

void window_init(struct window *window, unsigned int max);
void window_free(struct window *window);

bool window_has_room(const struct window *window);

/* Takes over the parcel: lines behind all that it has. */
void window_add(struct window *window, struct parcel *parcel);

/* The next parcel to be sent now, or NULL. */
struct parcel *window_next(struct window *window, uint64_t now_ns);

/* The number that it is sent with, which it has from now on. */
uint64_t window_sent(struct window *window, struct parcel *parcel);

/*
 * What has become of a parcel: *ret_parcel, in the window; NULL: the answer is of none that is
 * waited for. random: any number. Returns 0, or what parcel_cut() of one that was too large does.
 */
int window_answer(struct window *window, const struct answer *answer, uint64_t now_ns,
		  uint64_t random, const struct shape *shape, const struct parcel **ret_parcel);

/* Takes the first parcel out, the caller's, if it is done; NULL: it is not, or there is none. */
struct parcel *window_take(struct window *window);

/* When window_next() may have something, where nothing is on its way; 0: it is not waiting. */
uint64_t window_not_before_ns(const struct window *window);

#endif
