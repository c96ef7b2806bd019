/* SPDX-License-Identifier: MIT */
/* From index to index of a segment, past what is damaged. What content says is for others. */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/frame.h"
#include "store/list.h"

struct walk {
	int fd;	      /* the caller's */
	uint64_t at;  /* where the next frame should begin */
	uint64_t end; /* bytes that the file had when that was asked last */
	/* Of the last walk_next(): */
	struct frame_index index;
	uint64_t frame;	  /* where it is */
	uint64_t skipped; /* bytes before it, from where it should have been */
	bool is_whole;	  /* its content does not reach beyond the end; if so, at is behind it */
	uint8_t *data;	  /* the walk's; FRAME_SUMS_MAX bytes, in which the index is */
};

/* Returns 0 or -errno. */
int walk_begin(struct walk *walk, int fd);
void walk_end(struct walk *walk);

/*
 * Goes to the next index that is whole. Returns 1; 0: there is none, and at is where what is left
 * begins; -ENOTSUP: it is of a version to come; -errno of reading. Whether there is more meanwhile
 * is asked each time that the end is near.
 */
int walk_next(struct walk *walk);

/* Sets index to the sums that the segment ends with, if there are any: 0 or -ENOENT. */
int walk_sums(struct walk *walk);

/* Reads the content, index.size bytes. Returns 0; -EBADMSG: it is not as its checksum says. */
int walk_content(const struct walk *walk, uint8_t *out);

/* What was taken for a frame is none, as its content is damaged: the next may be in the midst. */
void walk_distrust(struct walk *walk);

/* UTC of the first frame; 0: it has none that is whole. */
uint64_t segment_since(int dir_fd, const struct segment *segment);

/* What a segment holds, from its sums, or else by a walk. Returns 0 or -errno. */
int segment_sums(int dir_fd, const struct segment *segment, struct frame_index *ret);

#endif
