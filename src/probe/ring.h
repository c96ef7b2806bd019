/* SPDX-License-Identifier: MIT */
/*
 * The protocol of a BPF ring buffer (kernel/bpf/ringbuf.c) on its mapped pages, for one reader, who
 * may give back later than it reads. Positions are bytes since the ring was made. Pure.
 */
#ifndef PROBE_RING_H
#define PROBE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumed;	  /* shared: what lies before may be written over */
	const uint64_t *produced; /* shared: up to where there is something */
	const uint8_t *data;	  /* size bytes, mapped twice, one behind the other */
	uint64_t size;		  /* a power of two */
	uint64_t position;	  /* of the next record to be read */
};

/*
 * The next record that is whole, and moves on behind it; NULL: there is none, or the first of what
 * is left is still being written. Valid until it is given back.
 */
const void *ring_next(struct ring *ring, size_t *ret_size);

/* Gives back what lies before the position, which may be moved on only. */
void ring_release(struct ring *ring, uint64_t position);

#endif
