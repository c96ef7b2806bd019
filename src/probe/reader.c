// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "contract/event.h"
#include "probe/reader.h"

#define BATCH_RECORDS 1024

/* A record that is larger than any of ours is cut; its size then tells the decoder. */
struct slot {
	size_t size;
	uint8_t bytes[sizeof(struct close_event) + 8];
};

struct reader {
	struct ring_buffer *ring;
	size_t filled, next;
	struct slot slots[BATCH_RECORDS];
};

/* Called by libbpf for each record; -ENOBUFS ends its loop, with this record taken. */
static int take(void *ctx, void *data, size_t size)
{
	struct reader *reader = ctx;
	struct slot *slot = &reader->slots[reader->filled++];

	slot->size = size < sizeof(slot->bytes) ? size : sizeof(slot->bytes);
	memcpy(slot->bytes, data, slot->size);
	return reader->filled == BATCH_RECORDS ? -ENOBUFS : 0;
}

int reader_open(int ring_fd, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->ring = ring_buffer__new(ring_fd, take, reader, NULL);
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

	reader->filled = reader->next = 0;
	err = ring_buffer__consume(reader->ring);
	if (err < 0 && err != -ENOBUFS)
		return err;
	return reader->filled;
}

const void *reader_next(struct reader *reader, size_t *ret_size)
{
	const struct slot *slot;

	if (reader->next == reader->filled)
		return NULL;
	slot = &reader->slots[reader->next++];
	*ret_size = slot->size;
	return slot->bytes;
}
