// SPDX-License-Identifier: MIT
/*
 * IORING_OP_CONNECT: inline, by a worker (IOSQE_ASYNC), or by the thread that polls the submission
 * queue. Usage: uring [-s] inline|async|sqpoll OUTCOME ADDR PORT; -s: SO_ERROR has the outcome,
 * whatever the completion says.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trigger.h"

struct ring {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static void *map(const struct ring *ring, size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, offset);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static void ring_open(struct ring *ring, unsigned int flags)
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

/* Puts the one and only request into the queue. */
static void submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	ring->sqes[0] = *sqe;
	*at(ring->sq, ring->params.sq_off.array) = 0;
	__atomic_store_n(at(ring->sq, ring->params.sq_off.tail), 1, __ATOMIC_RELEASE);
}

/* Makes the kernel look at the queue and waits for the result. */
static int complete(struct ring *ring)
{
	bool polled = ring->params.flags & IORING_SETUP_SQPOLL;
	unsigned int flags = IORING_ENTER_GETEVENTS | (polled ? IORING_ENTER_SQ_WAKEUP : 0);

	while (!__atomic_load_n(at(ring->cq, ring->params.cq_off.tail), __ATOMIC_ACQUIRE)) {
		if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, flags, NULL, 0) < 0 &&
		    errno != EINTR)
			die("io_uring_enter");
	}
	return ((struct io_uring_cqe *)(ring->cq + ring->params.cq_off.cqes))->res;
}

int main(int argc, char **argv)
{
	struct io_uring_sqe sqe = {.opcode = IORING_OP_CONNECT};
	bool ask = argc > 1 && !strcmp(argv[1], "-s");
	struct target target;
	bool async, sqpoll;
	struct ring ring;
	int result;

	argc -= ask;
	argv += ask;
	async = argc > 1 && !strcmp(argv[1], "async");
	sqpoll = argc > 1 && !strcmp(argv[1], "sqpoll");
	if (argc != 5 || !(async || sqpoll || !strcmp(argv[1], "inline")))
		die("usage: uring [-s] inline|async|sqpoll OUTCOME ADDR PORT");
	target = target_parse(argv[3], argv[4], false);
	ring_open(&ring, sqpoll ? IORING_SETUP_SQPOLL : 0);
	sqe.flags = async ? IOSQE_ASYNC : 0;
	/* With -s it ends when it is closed, after the expectation: its age says nothing. */
	sqe.fd = ask ? socket(target.addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)
		     : socket_for(&target, 0);
	sqe.addr = (uintptr_t)&target.addr;
	sqe.off = target.len;
	submit(&ring, &sqe);
	result = -complete(&ring);
	demand("connect", ask ? socket_result(sqe.fd) : result, errno_of(argv[2]));
	if (async || sqpoll)
		expect_any_thread(); /* one of the kernel's, of which this process has no id */
	expect_origin("io_uring");
	expect_result(sqe.fd, &target, errno_of(argv[2]));
}
