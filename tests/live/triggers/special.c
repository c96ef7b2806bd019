// SPDX-License-Identifier: MIT
/*
 * Connections without a listener. Usage: special HOW ADDR PORT; HOW:
 *   self    a socket bound to the target connects to itself
 *   repair  TCP_REPAIR: the connection is there without a word to the peer
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

int main(int argc, char **argv)
{
	struct target target;
	int fd, one = 1;

	if (argc != 4 || (strcmp(argv[1], "self") && strcmp(argv[1], "repair")))
		die("usage: special self|repair ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	fd = socket_for(&target, 0);
	if (!strcmp(argv[1], "repair")) {
		if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof(one)))
			unable("TCP_REPAIR");
		expect_origin("repair");
	} else if (bind(fd, (struct sockaddr *)&target.addr, target.len)) {
		die("bind");
	}
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	expect_result(fd, &target, 0);
}
