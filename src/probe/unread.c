// SPDX-License-Identifier: MIT
#include "probe/unread.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "contract/record.h"

/* A ring as the kernel shows it: kernel/bpf/ringbuf.c. */
struct shown_ring {
	const uint64_t *consumed, *produced; /* bytes since it was made */
	const uint8_t *bytes;		     /* of it, twice in a row */
	uint64_t size, page;
};

static void hide(const struct shown_ring *ring)
{
	if (ring->consumed != MAP_FAILED)
		munmap((void *)ring->consumed, ring->page);
	if (ring->produced != MAP_FAILED)
		munmap((void *)ring->produced, ring->page + 2 * ring->size);
}

static int show(struct shown_ring *ring, int fd)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (info.type != BPF_MAP_TYPE_RINGBUF)
		return -EINVAL;
	ring->size = info.max_entries;
	ring->page = (uint64_t)sysconf(_SC_PAGESIZE);
	ring->consumed = mmap(NULL, ring->page, PROT_READ, MAP_SHARED, fd, 0);
	ring->produced = mmap(NULL, ring->page + 2 * ring->size, PROT_READ, MAP_SHARED, fd,
			      (off_t)ring->page);
	if (ring->consumed == MAP_FAILED || ring->produced == MAP_FAILED) {
		hide(ring);
		return -ENOMEM;
	}
	ring->bytes = (const uint8_t *)ring->produced + ring->page;
	return 0;
}

static bool is_event(const uint8_t *bytes, uint32_t size)
{
	struct record head;

	if (size < sizeof(head))
		return false;
	memcpy(&head, bytes, sizeof(head));
	return head.kind >= EVENT_CONNECT && head.kind < EVENT_KIND_END;
}

static uint64_t count(const struct shown_ring *ring)
{
	uint64_t at = __atomic_load_n(ring->consumed, __ATOMIC_ACQUIRE);
	uint64_t end = __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE), n = 0;

	while (at < end && end - at <= ring->size) {
		const uint8_t *record = ring->bytes + (at & (ring->size - 1));
		uint32_t head = *(const volatile uint32_t *)record, size;

		size = head & ~(uint32_t)(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		n += !(head & (BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) &&
		     is_event(record + BPF_RINGBUF_HDR_SZ, size);
		at += (BPF_RINGBUF_HDR_SZ + size + 7) & ~7ull;
	}
	return n;
}

int unread_events(int ring_fd, uint64_t *ret)
{
	struct shown_ring ring = {0};
	int err = show(&ring, ring_fd);

	if (err)
		return err;
	*ret = count(&ring);
	hide(&ring);
	return 0;
}
