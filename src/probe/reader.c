// SPDX-License-Identifier: MIT
#include "probe/reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "contract/record.h"
#include "probe/ring.h"

/*
 * Bytes that are copied out of the ring in one go: some 330 records of an attempt. With all that is
 * said of who it was, a line of JSON has up to 2 KiB: no more than 768 KiB in all, for which a sink
 * has room (sink/writer.c).
 */
#define BATCH_SIZE (64 * 1024)

/* A record in the batch; the next begins behind it, at a multiple of 8 bytes. */
struct slot {
	uint64_t end; /* position in the ring behind it */
	size_t size;
	uint8_t bytes[];
};

/* The most that a slot takes. */
#define SLOT_MAX (sizeof(struct slot) + RECORD_SIZE_MAX)

struct reader {
	struct ring ring;
	int ring_fd;  /* borrowed */
	void *first;  /* the page that is written to, mapped; or MAP_FAILED */
	void *others; /* likewise the rest, which is only read */
	size_t others_size;
	int epoll_fd; /* of the ring: how it wakes is up to this */
	bool keeps;
	uint64_t position;   /* behind the record that came last out of the batch */
	size_t filled, next; /* bytes of the batch */
	_Alignas(struct slot) uint8_t batch[BATCH_SIZE];
};

static size_t slot_size(size_t record_size)
{
	return (sizeof(struct slot) + record_size + 7) & ~(size_t)7;
}

/* A page that says how far it was read, one for how far it was written, and the data, twice. */
static int map_ring(struct reader *reader, int ring_fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpf_map_info info = {0};
	uint32_t info_size = sizeof(info);
	struct ring *ring = &reader->ring;
	int err = bpf_obj_get_info_by_fd(ring_fd, &info, &info_size);

	if (err)
		return err;
	ring->size = info.max_entries;
	reader->others_size = page + 2 * (size_t)ring->size;
	reader->first = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, ring_fd, 0);
	reader->others =
		mmap(NULL, reader->others_size, PROT_READ, MAP_SHARED, ring_fd, (off_t)page);
	if (reader->first == MAP_FAILED || reader->others == MAP_FAILED)
		return -errno;
	ring->consumed = reader->first;
	ring->produced = reader->others;
	ring->data = (const uint8_t *)reader->others + page;
	ring->position = reader->position = *ring->consumed;
	return 0;
}

static int watch_ring(struct reader *reader, int ring_fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	reader->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (reader->epoll_fd < 0 || epoll_ctl(reader->epoll_fd, EPOLL_CTL_ADD, ring_fd, &event))
		return -errno;
	return 0;
}

int reader_open(int ring_fd, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->first = reader->others = MAP_FAILED;
	reader->epoll_fd = -1;
	reader->ring_fd = ring_fd;
	err = map_ring(reader, ring_fd);
	if (!err)
		err = watch_ring(reader, ring_fd);
	if (err) {
		reader_close(reader);
		return err;
	}
	*ret = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	if (reader->first != MAP_FAILED)
		munmap(reader->first, (size_t)sysconf(_SC_PAGESIZE));
	if (reader->others != MAP_FAILED)
		munmap(reader->others, reader->others_size);
	if (reader->epoll_fd >= 0)
		close(reader->epoll_fd);
	free(reader);
}

struct ring_fill reader_ring(const struct reader *reader)
{
	const struct ring *ring = &reader->ring;
	uint64_t consumed = __atomic_load_n(ring->consumed, __ATOMIC_ACQUIRE);
	uint64_t produced = __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);

	return (struct ring_fill){
		.used = produced - consumed,
		.size = ring->size,
		.produced = produced,
	};
}

int reader_fd(const struct reader *reader)
{
	return reader->epoll_fd;
}

/*
 * A ring is readable as long as something is not given back, also what was read long ago: it must
 * wake only as the kernel side does.
 */
int reader_keep(struct reader *reader, uint64_t position)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	struct ring *ring = &reader->ring;

	if (epoll_ctl(reader->epoll_fd, EPOLL_CTL_MOD, reader->ring_fd, &event))
		return -errno;
	if (position > *ring->consumed && position <= *ring->produced && !(position & 7))
		ring->position = reader->position = position;
	reader->keeps = true;
	return 0;
}

void reader_release(struct reader *reader, uint64_t position)
{
	ring_release(&reader->ring, position);
}

/* A record that is larger than any may be is cut: its head then tells the decoder. */
static void copy_record(struct reader *reader, const void *record, size_t size)
{
	struct slot *slot = (struct slot *)(reader->batch + reader->filled);

	slot->end = reader->ring.position;
	slot->size = size < RECORD_SIZE_MAX ? size : RECORD_SIZE_MAX;
	memcpy(slot->bytes, record, slot->size);
	reader->filled += slot_size(slot->size);
}

static int copy_records(struct reader *reader)
{
	const void *record;
	size_t size;
	int n = 0;

	while (BATCH_SIZE - reader->filled >= SLOT_MAX &&
	       (record = ring_next(&reader->ring, &size))) {
		copy_record(reader, record, size);
		n++;
	}
	if (!reader->keeps)
		ring_release(&reader->ring, reader->ring.position);
	return n;
}

/* Takes back that the kernel side has waked. What comes from now on wakes again. */
static void forget_waking(const struct reader *reader)
{
	struct epoll_event event;

	epoll_wait(reader->epoll_fd, &event, 1, 0);
}

int reader_fill(struct reader *reader)
{
	int n;

	reader->filled = reader->next = 0;
	n = copy_records(reader);
	if (n || !reader->keeps)
		return n;
	forget_waking(reader);
	return copy_records(reader);
}

const void *reader_next(struct reader *reader, size_t *ret_size)
{
	const struct slot *slot;

	if (reader->next == reader->filled)
		return NULL;
	slot = (const struct slot *)(reader->batch + reader->next);
	reader->next += slot_size(slot->size);
	reader->position = slot->end;
	*ret_size = slot->size;
	return slot->bytes;
}

uint64_t reader_position(const struct reader *reader)
{
	return reader->position;
}

void reader_waiting(const struct reader *reader, reader_waiting_fn *waiting, void *ctx)
{
	struct ring ring = reader->ring;
	const void *record;
	size_t size;

	while ((record = ring_next(&ring, &size)))
		waiting(ctx, record, size);
}
