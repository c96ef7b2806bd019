// SPDX-License-Identifier: MIT
/*
 * An MPTCP connection. Usage: mptcp ADDR PORT [SECOND_ADDR]; with SECOND_ADDR, it is held until
 * there has been time for a second subflow, from that address. "mptcp serve ADDR PORT" accepts.
 *
 * "mptcp hold ADDR PORT FROM TO" holds a connection until its standard input ends, and expects
 * further subflows alone: one from FROM, one to TO. "mptcp lend ..." does so as well, but the only
 * reference to the connection is in a message that nobody has read: no process has a descriptor.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trigger.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int mptcp_socket(const struct target *target)
{
	int fd = socket(target->addr.ss_family, SOCK_STREAM, IPPROTO_MPTCP);

	if (fd < 0)
		unable("no MPTCP");
	return fd;
}

static void serve(const struct target *target)
{
	int fd = mptcp_socket(target), one = 1;
	char byte;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&target->addr, target->len) || listen(fd, 10))
		die("listen");
	fprintf(stderr, "listening\n");
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			die("accept");
		while (read(peer, &byte, 1) > 0)
			;
		close(peer);
	}
}

/* Takes fd away from this process; it goes on living in the queue of a pair that stays open. */
static void lend(int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec byte = {.iov_base = "x", .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2];

	*header = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(fd)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	};
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || sendmsg(pair[0], &message, 0) != 1)
		die("SCM_RIGHTS");
	close(fd);
}

/* What a further subflow is known to be, whoever owns it. */
static void expect_further(const struct target *target, const char *from, bool owned)
{
	expect("established", target);
	if (from)
		expect_string("network.local.address", from);
	expect_string("network.local.port", "*");
	expect_string("tpconnect.origin", "mptcp");
	if (!owned)
		expect_nobody();
	expect_end();
}

static void hold(char **args, bool owned)
{
	struct target target = target_parse(args[0], args[1], false);
	struct target second = target_parse(args[3], args[1], false);
	int fd = mptcp_socket(&target);
	char byte;

	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	if (write(fd, "x", 1) != 1)
		die("write");
	if (!owned)
		lend(fd);
	/* The kernel makes them, and this process has made no attempt that was to be seen. */
	expect_image_unseen();
	expect_further(&target, args[2], owned);
	expect_further(&second, NULL, owned);
	fprintf(stderr, "connected\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	struct target target;
	int fd;

	if (argc == 4 && !strcmp(argv[1], "serve")) {
		target = target_parse(argv[2], argv[3], false);
		serve(&target);
	}
	if (argc == 6 && (!strcmp(argv[1], "hold") || !strcmp(argv[1], "lend"))) {
		hold(argv + 2, !strcmp(argv[1], "hold"));
		return 0;
	}
	if (argc != 3 && argc != 4)
		die("usage: mptcp [serve | hold | lend] ADDR PORT [SECOND_ADDR | FROM TO]");
	target = target_parse(argv[1], argv[2], false);
	fd = mptcp_socket(&target);
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	expect_origin("mptcp");
	expect_result(fd, &target, 0);
	if (argc == 4) {
		if (write(fd, "x", 1) != 1) /* a second subflow needs the peer's consent first */
			die("write");
		usleep(500000);
		/* By the kernel, from a kworker, but the doing of this process. */
		expect_further(&target, argv[3], true);
	}
	close(fd);
}
