/* SPDX-License-Identifier: MIT */
/* Lines of a store that are sent as one: a frame of it, or a parcel of a frame. Pure. */
#ifndef SHIP_PARCEL_H
#define SHIP_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ship/body.h"
#include "ship/output.h"
#include "store/list.h"
#include "store/reader.h"

/* What tells a host: host.id of the lines, else host.name. */
#define PARCEL_HOST_MAX 64
#define PARCEL_ID_MAX	(PARCEL_HOST_MAX + STORE_BOOT_MAX + 2 * 20 + 4)

enum parcel_state { PARCEL_WAITING, PARCEL_SENT, PARCEL_DONE };

struct parcel {
	char host[PARCEL_HOST_MAX + 1], boot[STORE_BOOT_MAX + 1], id[PARCEL_ID_MAX];
	uint64_t first_seq, last_seq, lines;
	uint64_t since_ns; /* UTC: no line is earlier */
	uint8_t *packed;   /* its lines, as a frame of a store has them */
	size_t packed_size;
	uint8_t *body; /* what is sent; packed itself, where that is it */
	size_t body_size;
	const char *encoding; /* of body */

	/* The window's. */
	enum parcel_state state;
	uint64_t number;
	bool is_refused; /* done, as it will never be taken */
	struct parcel *next;
};

/*
 * Of a frame's lines all behind after_seq, of which there is one. Returns 0 and *ret, the caller's;
 * -ENOMEM; -EBADMSG: they are no lines of a store.
 */
int parcel_of_frame(const struct store_frame *frame, uint64_t after_seq, const struct shape *shape,
		    const char *host, struct parcel **ret);

/* Moves all but the first n lines, from 1 to less than it has, to a new parcel. Likewise. */
int parcel_cut(struct parcel *parcel, uint64_t n, const struct shape *shape,
	       struct parcel **ret_rest);

/* NULL is fine. */
void parcel_free(struct parcel *parcel);

struct ship_frame parcel_frame(const struct parcel *parcel);

/* The host of a frame's lines, or "-" where they do not say it. Likewise 0, -ENOMEM or -EBADMSG. */
int frame_host(const struct store_frame *frame, char ret[PARCEL_HOST_MAX + 1]);

#endif
