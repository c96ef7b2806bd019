/* SPDX-License-Identifier: MIT */
/* Marks of lines that are on their way to the store, by the seqs of these. Pure, but for memory. */
#ifndef STORE_MARKS_H
#define STORE_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/frame.h"

struct marks_entry {
	uint64_t seq;
	struct frame_mark mark;
};

/* Zero-initialised, there are none. */
struct marks {
	struct marks_entry *entries; /* a ring of max, in the order of seqs */
	size_t first, n, max;	     /* max: a power of two */
};

void marks_free(struct marks *marks);

/*
 * The mark holds once the line of that seq is written. Those of that seq and above are gone: either
 * it moves on, or that line never came to be. Without memory it is gone itself.
 */
void marks_push(struct marks *marks, uint64_t seq, const struct frame_mark *mark);

/* Those of that seq and above are gone. */
void marks_drop(struct marks *marks, uint64_t seq);

/* Takes those up to that seq: the newest into *mark, which else stays as it is. */
void marks_take(struct marks *marks, uint64_t seq, struct frame_mark *mark);

#endif
