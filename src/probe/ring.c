// SPDX-License-Identifier: MIT
#include "probe/ring.h"

#include <linux/bpf.h>
#include <stdbool.h>

/* Behind its head, a record is filled up to a multiple of 8 bytes. */
static uint64_t whole_size(uint32_t size)
{
	return ((uint64_t)size + BPF_RINGBUF_HDR_SZ + 7) & ~(uint64_t)7;
}

const void *ring_next(struct ring *ring, size_t *ret_size)
{
	uint64_t produced = __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);

	while (ring->position < produced) {
		const uint8_t *at = ring->data + (ring->position & (ring->size - 1));
		uint32_t len = __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);
		uint32_t size = len & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (len & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		ring->position += whole_size(size);
		if (len & BPF_RINGBUF_DISCARD_BIT)
			continue;
		*ret_size = size;
		return at + BPF_RINGBUF_HDR_SZ;
	}
	return NULL;
}

void ring_release(struct ring *ring, uint64_t position)
{
	if (position > *ring->consumed)
		__atomic_store_n(ring->consumed, position, __ATOMIC_RELEASE);
}
