// SPDX-License-Identifier: MIT
/*
 * One socket, several attempts: refused, then accepted, then disconnected and accepted again, then
 * disconnected and refused. Usage: reuse ADDR PORT PORT_OF_NOBODY
 */
#include <errno.h>
#include <unistd.h>

#include "trigger.h"

static void attempt(int fd, const struct target *target, int want)
{
	demand("connect", connect_to(fd, target) ? errno : 0, want);
	expect_result(fd, target, want);
}

static void disconnect(int fd)
{
	struct sockaddr addr = {.sa_family = AF_UNSPEC};

	/* What is reset before the server has come to accept it, accept(2) does not name. */
	usleep(200000);
	if (connect(fd, &addr, sizeof(addr)))
		die("connect to AF_UNSPEC");
}

int main(int argc, char **argv)
{
	struct target there, nobody;
	int fd;

	if (argc != 4)
		die("usage: reuse ADDR PORT PORT_OF_NOBODY");
	there = target_parse(argv[1], argv[2], false);
	nobody = target_parse(argv[1], argv[3], false);
	fd = socket_for(&there, 0);
	attempt(fd, &nobody, ECONNREFUSED);
	attempt(fd, &there, 0);
	disconnect(fd);
	attempt(fd, &there, 0);
	disconnect(fd);
	attempt(fd, &nobody, ECONNREFUSED);
	close(fd);
}
