// SPDX-License-Identifier: MIT
/*
 * An MPTCP connection. Usage: mptcp ADDR PORT [SECOND_ADDR]; with SECOND_ADDR, it is held until
 * there has been time for a second subflow, from that address. "mptcp serve ADDR PORT" accepts.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
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

/* By the kernel, from a kworker, but the doing of this process. */
static void expect_subflow(const struct target *target, const char *from)
{
	expect("established", target);
	expect_string("network.local.address", from);
	expect_string("network.local.port", "*");
	expect_string("tpconnect.origin", "mptcp");
	expect_end();
}

int main(int argc, char **argv)
{
	struct target target;
	int fd;

	if (argc == 4 && !strcmp(argv[1], "serve")) {
		target = target_parse(argv[2], argv[3], false);
		serve(&target);
	}
	if (argc != 3 && argc != 4)
		die("usage: mptcp [serve] ADDR PORT [SECOND_ADDR]");
	target = target_parse(argv[1], argv[2], false);
	fd = mptcp_socket(&target);
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	expect_origin("mptcp");
	expect_result(fd, &target, 0);
	if (argc == 4) {
		if (write(fd, "x", 1) != 1) /* a second subflow needs the peer's consent first */
			die("write");
		usleep(500000);
		expect_subflow(&target, argv[3]);
	}
	close(fd);
}
