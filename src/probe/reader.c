// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "contract/record.h"
#include "probe/reader.h"

/*
 * Bytes that are copied out of the ring in one go: some 330 records of an attempt. With all that is
 * said of who it was, a line of JSON has up to 2 KiB: no more than 768 KiB in all, for which a sink
 * has room (sink/writer.c).
 */
#define BATCH_SIZE (64 * 1024)

/* A record in the batch; the next begins behind it, at a multiple of 8 bytes. */
struct slot {
	size_t size;
	uint8_t bytes[];
};

/* The most that a slot takes. */
#define SLOT_MAX (sizeof(struct slot) + RECORD_SIZE_MAX)

struct reader {
	struct ring_buffer *ring;
	/* The ring's own pages, which say how far it was read and written: bytes since it was made.
	 */
	const uint64_t *consumed, *produced;
	uint64_t size;	     /* bytes that it holds */
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

/* libbpf has these pages as well, but says what is in them only since 1.3. */
static int map_positions(struct reader *reader, int ring_fd)
{
	long page = sysconf(_SC_PAGESIZE);
	struct bpf_map_info info = {0};
	uint32_t info_size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(ring_fd, &info, &info_size);

	if (err)
		return err;
	reader->size = info.max_entries;
	reader->consumed = mmap(NULL, (size_t)page, PROT_READ, MAP_SHARED, ring_fd, 0);
	reader->produced = mmap(NULL, (size_t)page, PROT_READ, MAP_SHARED, ring_fd, page);
	if (reader->consumed == MAP_FAILED || reader->produced == MAP_FAILED)
		return -errno;
	return 0;
}

int reader_open(int ring_fd, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->consumed = reader->produced = MAP_FAILED;
	reader->ring = ring_buffer__new(ring_fd, copy_record, reader, NULL);
	err = reader->ring ? map_positions(reader, ring_fd) : -errno;
	if (err) {
		reader_close(reader);
		return err;
	}
	*ret = reader;
	return 0;
}

static void unmap(const uint64_t *position)
{
	if (position != MAP_FAILED)
		munmap((void *)position, (size_t)sysconf(_SC_PAGESIZE));
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	unmap(reader->consumed);
	unmap(reader->produced);
	ring_buffer__free(reader->ring);
	free(reader);
}

struct ring_fill reader_ring(const struct reader *reader)
{
	uint64_t consumed = __atomic_load_n(reader->consumed, __ATOMIC_ACQUIRE);
	uint64_t produced = __atomic_load_n(reader->produced, __ATOMIC_ACQUIRE);

	return (struct ring_fill){
		.used = produced - consumed,
		.size = reader->size,
		.produced = produced,
	};
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
