/* SPDX-License-Identifier: MIT */
/* What a store is made of: for open.c, which makes it, and store.c. */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include <pthread.h>

#include "store/batch.h"
#include "store/current.h"
#include "store/past.h"
#include "store/place.h"
#include "store/store.h"
#include "store/sync.h"
#include "util/vector.h"

struct store {
	struct store_limits limits;
	struct place place;
	struct past past; /* all segments but the current one */
	struct current current;
	uint64_t segment_max; /* of the current one */
	struct batch *batch;
	uint64_t next_seq;
	struct syncer *syncer; /* NULL: nothing was appended yet */

	pthread_mutex_t lock; /* never held while anything waits; of what follows */
	struct store_counts counts;
	struct vector dropped; /* struct store_dropped, not taken yet */
};

/* Counts anew what is there now. */
void store_note_state(struct store *store);

#endif
