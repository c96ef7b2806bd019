/* SPDX-License-Identifier: MIT */
/* What an earlier process has left of a boot: where its last segment ends whole. */
#ifndef STORE_RECOVER_H
#define STORE_RECOVER_H

#include "store/frame.h"

struct recovered {
	struct frame_index sums;     /* of the frames that are whole; no lines: there is none */
	struct frame_index torn;     /* likewise of the indexes behind the last of these */
	struct frame_mark mark;	     /* the last one of what is whole */
	struct frame_mark torn_mark; /* the last one of the indexes behind that */
	uint64_t last_seq;	     /* that any index tells of; 0: there is none */
	uint64_t size;		     /* bytes up to the end of the last whole frame */
	uint64_t torn_bytes;	     /* what is behind that */
};

/*
 * Reads all of a segment. What is damaged before the last whole frame stays. Returns 0 or -errno;
 * -ENOTSUP: it is of a version to come.
 */
int recover(int fd, struct recovered *ret);

#endif
