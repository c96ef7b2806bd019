// SPDX-License-Identifier: MIT
/*
 * TCP Fast Open. Usage: fastopen HOW COOKIE ADDR PORT; HOW:
 *   sendto, sendmsg  with MSG_FASTOPEN, blocking
 *   deferred         TCP_FASTOPEN_CONNECT, and the first write 200 ms after connect
 *   unsent           TCP_FASTOPEN_CONNECT, closed without a write
 * COOKIE: "cookie" or "none", whether the kernel must have one from an earlier connection.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static const char payload[] = "hello";

static ssize_t send_by(const char *how, int fd, struct target *target)
{
	struct iovec iov = {(void *)payload, sizeof(payload)};
	struct msghdr msg = {.msg_name = &target->addr,
			     .msg_namelen = target->len,
			     .msg_iov = &iov,
			     .msg_iovlen = 1};

	if (!strcmp(how, "sendmsg"))
		return sendmsg(fd, &msg, MSG_FASTOPEN);
	return sendto(fd, payload, sizeof(payload), MSG_FASTOPEN, (struct sockaddr *)&target->addr,
		      target->len);
}

/* The peer must have taken data from the SYN if there was a cookie, and only then. */
static void demand_cookie(int fd, bool want)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	errno = 0;
	if (!!(info.tcpi_options & 32 /* TCPI_OPT_SYN_DATA */) != want)
		die("data went %s the SYN", want ? "not with" : "with");
}

static void deferred(int fd, const struct target *target)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)))
		unable("TCP_FASTOPEN_CONNECT");
	if (connect_to(fd, target))
		die("connect");
}

int main(int argc, char **argv)
{
	struct target target;
	bool cookie;
	int fd;

	if (argc != 5 || (strcmp(argv[2], "cookie") && strcmp(argv[2], "none")))
		die("usage: fastopen sendto|sendmsg|deferred|unsent cookie|none ADDR PORT");
	target = target_parse(argv[3], argv[4], false);
	cookie = !strcmp(argv[2], "cookie");
	fd = socket_for(&target, 0);
	if (!strcmp(argv[1], "unsent")) {
		deferred(fd, &target);
		expect("cancelled", &target);
		expect_bool("tpconnect.deferred", true);
		expect_string("network.local.port", "*");
		expect_end();
		return 0;
	}
	if (!strcmp(argv[1], "deferred")) {
		deferred(fd, &target);
		usleep(200000);
		if (write(fd, payload, sizeof(payload)) != sizeof(payload))
			die("write");
	} else {
		expect_origin("sendmsg");
		if (send_by(argv[1], fd, &target) != sizeof(payload))
			die("%s", argv[1]);
	}
	demand("poll", socket_result(fd), 0);
	usleep(50000); /* the answer to the SYN */
	demand_cookie(fd, cookie);
	expect_result(fd, &target, 0);
}
