// SPDX-License-Identifier: MIT
/*
 * Non-blocking connect(2), and then more on the same socket, which are no attempts of their own.
 * Usage: nonblock HOW ADDR PORT; HOW:
 *   established  EALREADY while it is pending; then success once, and EISCONN
 *   refused      SO_ERROR tells; then ECONNABORTED
 *   told         refused, and the second call tells
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static int try(int fd, const struct target *target)
{
	return connect_to(fd, target) ? errno : 0;
}

static void established(int fd, const struct target *target)
{
	int err = try(fd, target);

	if (err && err != EALREADY && err != EISCONN)
		die("second connect");
	demand("poll", socket_result(fd), 0);
	for (int i = 0; i < 2; i++) {
		err = try(fd, target);
		if (err && err != EISCONN)
			die("repeated connect");
	}
}

static void refused(int fd, const struct target *target)
{
	demand("poll", socket_result(fd), ECONNREFUSED);
	demand("second connect", try(fd, target), ECONNABORTED);
}

static void told(int fd, const struct target *target)
{
	usleep(100000);
	demand("second connect", try(fd, target), ECONNREFUSED);
}

int main(int argc, char **argv)
{
	struct target target;
	int fd, err = ECONNREFUSED;

	if (argc != 4)
		die("usage: nonblock established|refused|told ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	fd = socket_for(&target, SOCK_NONBLOCK);
	demand("connect", try(fd, &target), EINPROGRESS);
	if (!strcmp(argv[1], "established")) {
		established(fd, &target);
		err = 0;
	} else if (!strcmp(argv[1], "refused")) {
		refused(fd, &target);
	} else {
		told(fd, &target);
	}
	expect_result(fd, &target, err);
	close(fd);
}
