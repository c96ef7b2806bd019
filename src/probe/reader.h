/* SPDX-License-Identifier: MIT */
/*
 * Ring buffer -> bytes. Records are copied out in batches, so that the ring is free again at once
 * whatever the output does, and so that a flood cannot keep the loop from its other work.
 */
#ifndef PROBE_READER_H
#define PROBE_READER_H

#include <stddef.h>
#include <stdint.h>

struct reader;

/* ring_fd: the map; not owned. -errno on failure. */
int reader_open(int ring_fd, struct reader **ret);
void reader_close(struct reader *reader);

/* Becomes readable when the kernel side wakes the reader. */
int reader_fd(const struct reader *reader);

/* How full the ring is, in bytes: of size that it holds. produced: all that ever came. */
struct ring_fill {
	uint64_t used, size, produced;
};

struct ring_fill reader_ring(const struct reader *reader);

/*
 * Drops the batch before and copies the next one out of the ring. Returns the number of records, 0
 * when the ring is empty, or -errno.
 */
int reader_fill(struct reader *reader);

/* The records of the batch, one a call, NULL after the last. Valid until reader_fill(). */
const void *reader_next(struct reader *reader, size_t *ret_size);

#endif
