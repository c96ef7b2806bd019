// SPDX-License-Identifier: MIT
/*
 * IORING_OP_CONNECT: inline, by a worker (IOSQE_ASYNC), or by the thread that polls the submission
 * queue. Usage: uring [-s] inline|async|sqpoll OUTCOME ADDR PORT; -s: SO_ERROR has the outcome,
 * whatever the completion says.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "ring.h"
#include "trigger.h"

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
	result = -ring_do(&ring, &sqe);
	demand("connect", ask ? socket_result(sqe.fd) : result, errno_of(argv[2]));
	if (async || sqpoll)
		expect_any_thread(); /* one of the kernel's, of which this process has no id */
	expect_origin("io_uring");
	expect_result(sqe.fd, &target, errno_of(argv[2]));
}
