// SPDX-License-Identifier: MIT
/*
 * connect(2) on what is no TCP socket: UDP, bound UDP, UNIX. None of it may show, so nothing is
 * printed. Usage: datagram ADDR PORT
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "trigger.h"

static void udp(const struct target *target, const struct target *local)
{
	int fd = socket(target->addr.ss_family, SOCK_DGRAM, 0);

	if (fd < 0 || (local && bind(fd, (struct sockaddr *)&local->addr, local->len)))
		die("UDP socket");
	if (connect_to(fd, target))
		die("UDP connect");
	close(fd);
}

/* One that is there, and one that is not. */
static void unix_stream(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t len;

	len = sizeof(sa_family_t) + 1 +
	      snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "tpconnect-%d", getpid());
	if (bind(listener, (struct sockaddr *)&addr, len) || listen(listener, 1))
		die("UNIX listener");
	if (connect(fd, (struct sockaddr *)&addr, len))
		die("UNIX connect");
	close(listener);
	close(fd);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (!connect(fd, (struct sockaddr *)&addr, len) || errno != ECONNREFUSED)
		die("UNIX connect to nobody");
	close(fd);
}

int main(int argc, char **argv)
{
	struct target target, any_53;

	if (argc != 3)
		die("usage: datagram ADDR PORT");
	target = target_parse(argv[1], argv[2], false);
	any_53 = target_parse(target.addr.ss_family == AF_INET ? "0.0.0.0" : "::", "53", false);
	udp(&target, NULL);
	udp(&target, &any_53);
	unix_stream();
}
