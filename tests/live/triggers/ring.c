// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"
#include "trigger.h"

static void *map(const struct ring *ring, size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, offset);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

void ring_open(struct ring *ring, unsigned int flags)
{
	const struct io_uring_params *params = &ring->params;

	ring->params = (struct io_uring_params){.flags = flags, .sq_thread_idle = 2000};
	ring->fd = syscall(SYS_io_uring_setup, 4, &ring->params);
	if (ring->fd < 0)
		unable("io_uring_setup");
	ring->sq = map(ring, params->sq_off.array + params->sq_entries * sizeof(uint32_t),
		       IORING_OFF_SQ_RING);
	ring->cq = map(ring, params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe),
		       IORING_OFF_CQ_RING);
	ring->sqes = map(ring, params->sq_entries * sizeof(*ring->sqes), IORING_OFF_SQES);
}

static uint32_t *at(char *ring, uint32_t offset)
{
	return (uint32_t *)(ring + offset);
}

static void enter(struct ring *ring, unsigned int wait_for)
{
	bool polled = ring->params.flags & IORING_SETUP_SQPOLL;
	unsigned int flags = IORING_ENTER_GETEVENTS | (polled ? IORING_ENTER_SQ_WAKEUP : 0);

	if (syscall(SYS_io_uring_enter, ring->fd, 1, wait_for, flags, NULL, 0) < 0 &&
	    errno != EINTR)
		die("io_uring_enter");
}

void ring_begin(struct ring *ring, const struct io_uring_sqe *sqe)
{
	ring->sqes[0] = *sqe;
	*at(ring->sq, ring->params.sq_off.array) = 0;
	__atomic_store_n(at(ring->sq, ring->params.sq_off.tail), 1, __ATOMIC_RELEASE);
	enter(ring, 0);
}

int ring_end(struct ring *ring)
{
	while (!__atomic_load_n(at(ring->cq, ring->params.cq_off.tail), __ATOMIC_ACQUIRE))
		enter(ring, 1);
	return ((struct io_uring_cqe *)(ring->cq + ring->params.cq_off.cqes))->res;
}

int ring_do(struct ring *ring, const struct io_uring_sqe *sqe)
{
	ring_begin(ring, sqe);
	return ring_end(ring);
}
