/* SPDX-License-Identifier: MIT */
/*
 * Ring buffer -> bytes. Records are copied out in batches, so that a flood cannot keep the loop
 * from its other work. The ring is free again at once, whatever the output does; or, with
 * reader_keep(), only once whoever reads says so: then another process finds there what this one
 * could not finish.
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
 * From now on nothing is given back but by reader_release(). To be called before the first
 * reader_fill(), which begins at the position, if the ring has it: else with all that it has.
 * Returns 0 or -errno.
 */
int reader_keep(struct reader *reader, uint64_t position);
void reader_release(struct reader *reader, uint64_t position);

/*
 * Drops the batch before and copies the next one out of the ring. Returns the number of records, 0
 * when the ring is empty, or -errno.
 */
int reader_fill(struct reader *reader);

/* The records of the batch, one a call, NULL after the last. Valid until reader_fill(). */
const void *reader_next(struct reader *reader, size_t *ret_size);

/* The position behind the record that came last; at first, that of the first to come. */
uint64_t reader_position(const struct reader *reader);

/*
 * Calls back for each record that waits behind the batch, which all stay there. Valid for the call
 * alone.
 */
typedef void reader_waiting_fn(void *ctx, const void *record, size_t size);
void reader_waiting(const struct reader *reader, reader_waiting_fn *waiting, void *ctx);

#endif
