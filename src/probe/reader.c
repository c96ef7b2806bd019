// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "contract/record.h"
#include "probe/reader.h"

/* Bytes that are copied out of the ring in one go: over a thousand records of an attempt. */
#define BATCH_SIZE (256 * 1024)

/* A record in the batch; the next begins behind it, at a multiple of 8 bytes. */
struct slot {
	size_t size;
	uint8_t bytes[];
};

/* The most that a slot takes. */
#define SLOT_MAX (sizeof(struct slot) + RECORD_SIZE_MAX)

struct reader {
	struct ring_buffer *ring;
	size_t filled, next; /* bytes of the batch */
	unsigned int n;	     /* records in it */
	_Alignas(struct slot) uint8_t batch[BATCH_SIZE];
};

static size_t slot_size(size_t record_size)
{
	return (sizeof(struct slot) + record_size + 7) & ~(size_t)7;
}

/*
 * Called by libbpf for each record; -ENOBUFS ends its loop, with this record taken. A record that
 * is larger than any may be is cut: its head then tells the decoder.
 */
static int copy_record(void *ctx, void *data, size_t size)
{
	struct reader *reader = ctx;
	struct slot *slot = (struct slot *)(reader->batch + reader->filled);

	slot->size = size < RECORD_SIZE_MAX ? size : RECORD_SIZE_MAX;
	memcpy(slot->bytes, data, slot->size);
	reader->filled += slot_size(slot->size);
	reader->n++;
	return BATCH_SIZE - reader->filled < SLOT_MAX ? -ENOBUFS : 0;
}

int reader_open(int ring_fd, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->ring = ring_buffer__new(ring_fd, copy_record, reader, NULL);
	if (!reader->ring) {
		int err = -errno;

		free(reader);
		return err;
	}
	*ret = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	ring_buffer__free(reader->ring);
	free(reader);
}

int reader_fd(const struct reader *reader)
{
	return ring_buffer__epoll_fd(reader->ring);
}

int reader_fill(struct reader *reader)
{
	int err;

	reader->filled = reader->next = reader->n = 0;
	err = ring_buffer__consume(reader->ring);
	if (err < 0 && err != -ENOBUFS)
		return err;
	return reader->n;
}

const void *reader_next(struct reader *reader, size_t *ret_size)
{
	const struct slot *slot;

	if (reader->next == reader->filled)
		return NULL;
	slot = (const struct slot *)(reader->batch + reader->next);
	reader->next += slot_size(slot->size);
	*ret_size = slot->size;
	return slot->bytes;
}
