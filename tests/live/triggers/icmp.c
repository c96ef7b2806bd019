// SPDX-License-Identifier: MIT
/*
 * Non-blocking attempts that are refused by ICMP while connect(2) is still running. Usage:
 * icmp HOW OUTCOME ADDR PORT, where OUTCOME is the name of the errno that ICMP stands for. HOW:
 *   asked       SO_ERROR tells, once poll(2) says so
 *   queued      the error queue tells, and SO_ERROR is not asked
 *   read-asked  the error queue tells, and then SO_ERROR does, so that nothing is left of it
 *   unasked     closed at once, without a look
 *   late        closed after the SYN was sent again, without a look: given up
 *   later       likewise, after it was sent again twice
 *   asked-late  SO_ERROR tells after that
 *   twice       asked, disconnected, and asked again on the same socket
 *   unread      twice, but not asked between the two
 *   stale       refused, not asked, disconnected; of a second attempt on the same socket nothing is
 *               heard: given up
 *   fastopen    asked, of a sendto(2) with MSG_FASTOPEN
 */
#include <errno.h>
#include <time.h>
#include <linux/errqueue.h> /* needs time.h */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static void start(int fd, const struct target *target)
{
	demand("connect", connect_to(fd, target) ? errno : 0, EINPROGRESS);
}

static void start_fastopen(int fd, const struct target *target)
{
	expect_origin("sendmsg");
	demand("sendto",
	       sendto(fd, "x", 1, MSG_FASTOPEN, (const struct sockaddr *)&target->addr,
		      target->len) < 0
		       ? errno
		       : 0,
	       EINPROGRESS);
}

static void disconnect(int fd)
{
	struct sockaddr addr = {.sa_family = AF_UNSPEC};

	if (connect(fd, &addr, sizeof(addr)))
		die("connect to AF_UNSPEC");
}

static void await_error(int fd)
{
	struct pollfd pollfd = {.fd = fd};

	if (poll(&pollfd, 1, 20000) != 1)
		die("poll: no error");
}

static int queued_error(int fd)
{
	union {
		char bytes[512];
		struct cmsghdr first;
	} control;
	struct msghdr msg = {.msg_control = &control, .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg;

	await_error(fd);
	if (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0)
		die("MSG_ERRQUEUE");
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg)
		die("nothing in the error queue");
	return ((struct sock_extended_err *)CMSG_DATA(cmsg))->ee_errno;
}

static void await_retries(int fd, unsigned int n)
{
	struct tcp_info info = {.tcpi_state = TCP_SYN_SENT};
	socklen_t len = sizeof(info);

	for (int i = 0; i < 1000 && info.tcpi_total_retrans < n; i++) {
		usleep(10000);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO");
	}
	demand("retransmission", info.tcpi_total_retrans >= n ? 0 : ETIME, 0);
	if (info.tcpi_state != TCP_SYN_SENT)
		die("not pending any more");
}

static int ask(int fd)
{
	socklen_t len = sizeof(int);
	int err;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		die("SO_ERROR");
	return err;
}

static void twice(int fd, const struct target *target, int want, bool read_first)
{
	start(fd, target);
	await_error(fd);
	if (read_first)
		demand("SO_ERROR", ask(fd), want);
	expect_result(fd, target, want);
	disconnect(fd);
	start(fd, target);
	await_error(fd);
	demand("SO_ERROR", ask(fd), want);
	expect_result(fd, target, want);
}

static void stale(int fd, const struct target *target, int want)
{
	start(fd, target);
	await_error(fd);
	expect_result(fd, target, want);
	disconnect(fd);
	start(fd, target);
	expect_cancelled(fd, target);
}

/* How the program learns of it. */
static void learn(const char *how, int fd, int want)
{
	if (!strcmp(how, "queued") || !strcmp(how, "read-asked"))
		demand("error queue", queued_error(fd), want);
	if (!strcmp(how, "read-asked") || !strcmp(how, "asked-late"))
		demand("SO_ERROR", ask(fd), want);
	if (!strcmp(how, "asked") || !strcmp(how, "fastopen"))
		demand("SO_ERROR", socket_result(fd), want);
}

/* How often the SYN is sent again before that. */
static unsigned int retries_of(const char *how)
{
	if (!strcmp(how, "later"))
		return 2;
	return !strcmp(how, "late") || !strcmp(how, "asked-late");
}

static void once(const char *how, int fd, const struct target *target, int want)
{
	if (!strcmp(how, "fastopen"))
		start_fastopen(fd, target);
	else
		start(fd, target);
	await_retries(fd, retries_of(how));
	learn(how, fd, want);
	if (!strcmp(how, "late") || !strcmp(how, "later"))
		expect_cancelled(fd, target);
	else
		expect_result(fd, target, want);
}

int main(int argc, char **argv)
{
	const char *how = argc == 5 ? argv[1] : "";
	struct target target;
	int fd, want;

	if (argc != 5)
		die("usage: icmp HOW OUTCOME ADDR PORT");
	want = errno_of(argv[2]);
	target = target_parse(argv[3], argv[4], false);
	/* Not socket_for(): what ends the attempt is the close, after the expectation is printed.
	 */
	fd = socket(target.addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		die("socket");
	if (!strcmp(how, "twice") || !strcmp(how, "unread"))
		twice(fd, &target, want, !strcmp(how, "twice"));
	else if (!strcmp(how, "stale"))
		stale(fd, &target, want);
	else
		once(how, fd, &target, want);
}
