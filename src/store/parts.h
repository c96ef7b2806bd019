/* SPDX-License-Identifier: MIT */
/* What a store is made of: for open.c, which makes it, and store.c. */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include <pthread.h>

#include "store/batch.h"
#include "store/current.h"
#include "store/marks.h"
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
	struct syncer *syncer;	/* NULL: nothing was appended yet */
	struct frame_mark mark; /* of the last frame: the next one has it as well, or a newer one */
	bool mark_is_new;	/* it is in no frame yet */
	/* Of indexes behind the last whole frame, whose content was torn: */
	struct frame_mark torn_mark;
	uint64_t torn_seq; /* the seq that the first line of these has */

	pthread_mutex_t lock; /* never held while anything waits; of what follows */
	struct store_counts counts;
	struct vector dropped; /* struct store_dropped, not taken yet */
	struct marks marks;
	bool has_marks;	 /* ever had */
	uint64_t marked; /* as of store_marked() */
};

/* Counts anew what is there now. */
void store_note_state(struct store *store);

#endif
