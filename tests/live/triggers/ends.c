// SPDX-License-Identifier: MIT
/*
 * A connection, and how it ends. Usage: ends HOW ENDED ADDR PORT, where ENDED is what the record
 * must say ("-": nothing); the peer is "ends serve ADDR PORT", one connection after the other,
 * which does what the first byte says. HOW, this side first: close        closes; the peer closes
 * too peer-close   the peer closes first both         each shuts down, and reads the other's end
 *   late-data    closes; the peer sends on
 *   unread       closes with data unread
 *   linger       SO_LINGER with 0
 *   unspec       connect(2) to AF_UNSPEC
 *   half-linger  shuts down, then SO_LINGER with 0
 *   half-unspec  shuts down, then connect(2) to AF_UNSPEC
 *   linger2      closes with TCP_LINGER2 below 0
 *   reset        the peer resets
 *   half-reset   shuts down, then the peer resets
 *   peer-half-reset  the peer shuts down, then resets
 *   shut-data    shuts down both ways, and the peer sends on: which side resets cannot be told
 *   destroy      waits until somebody destroys the socket
 *   timeout      TCP_USER_TIMEOUT, with data that nobody answers
 *   keepalive    keepalive, which nobody answers
 * destroy, timeout and keepalive say "ready" on stderr, and wait.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static void no_linger(int fd)
{
	struct linger linger = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void disconnect(int fd)
{
	struct sockaddr addr = {.sa_family = AF_UNSPEC};

	if (connect(fd, &addr, sizeof(addr)))
		die("connect to AF_UNSPEC");
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt %d %d", level, name);
}

/* Until the other side has ended, or the connection has. */
static void read_to_end(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* --- the peer */

/* Until it is refused. */
static void send_on(int fd)
{
	while (send(fd, "x", 1, MSG_NOSIGNAL) > 0)
		usleep(10000);
}

static void peer_of(int fd)
{
	char how;

	if (read(fd, &how, 1) != 1)
		return;
	switch (how) {
	case 'c': /* close at once */
		break;
	case 'r': /* reset */
		no_linger(fd);
		break;
	case 's': /* shut down, and reset when there is more to read */
		shutdown(fd, SHUT_WR);
		if (read(fd, &how, 1) == 1)
			no_linger(fd);
		break;
	case 'd': /* data that are not read */
		if (write(fd, "data", 4) != 4)
			die("write");
		read_to_end(fd);
		break;
	case 'o': /* send on */
		send_on(fd);
		break;
	case 'e': /* reset after the other's end */
		read_to_end(fd);
		no_linger(fd);
		break;
	case 'q': /* be quiet, also for a while after the other's end */
		read_to_end(fd);
		usleep(500000);
		break;
	default:
		read_to_end(fd);
	}
	close(fd);
}

static void serve(const struct target *target)
{
	int fd = socket_for(target, 0), peer;

	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&target->addr, target->len) || listen(fd, 8))
		die("listen");
	fprintf(stderr, "listening\n");
	while ((peer = accept(fd, NULL, NULL)) >= 0)
		peer_of(peer);
	die("accept");
}

/* --- the side that is traced */

struct way {
	const char *name;
	char first; /* what the peer is to do */
	void (*end)(int fd);
};

static void await(int fd, short events)
{
	struct pollfd pollfd = {.fd = fd, .events = events};

	if (poll(&pollfd, 1, 30000) != 1)
		die("poll: nothing happened");
}

static void end_close(int fd)
{
	(void)fd;
}

static void end_peer_close(int fd)
{
	read_to_end(fd);
}

static void end_both(int fd)
{
	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

static void end_late_data(int fd)
{
	char byte;

	/* All that has come is read, so that the close is an orderly one. */
	if (read(fd, &byte, 1) != 1)
		die("read");
	usleep(5000);
	while (recv(fd, &byte, 1, MSG_DONTWAIT) == 1)
		;
}

static void end_unread(int fd)
{
	await(fd, POLLIN);
}

static void end_half_linger(int fd)
{
	shutdown(fd, SHUT_WR);
	usleep(100000); /* the answer to the FIN */
	no_linger(fd);
}

static void end_half_unspec(int fd)
{
	shutdown(fd, SHUT_WR);
	usleep(100000);
	disconnect(fd);
}

static void end_linger2(int fd)
{
	set(fd, IPPROTO_TCP, TCP_LINGER2, -1);
}

static void end_peer_half_reset(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 0 || write(fd, "x", 1) != 1)
		die("the peer's end");
	await(fd, POLLERR | POLLHUP);
}

static void end_shut_data(int fd)
{
	struct tcp_info info = {.tcpi_state = TCP_ESTABLISHED};
	socklen_t len = sizeof(info);

	shutdown(fd, SHUT_RDWR);
	for (int i = 0; i < 20000 && info.tcpi_state != TCP_CLOSE; i++) {
		usleep(1000);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO");
	}
}

static void wait_for_others(int fd)
{
	char bytes[1];

	fprintf(stderr, "ready\n");
	while (read(fd, bytes, 1) > 0)
		;
}

static void end_timeout(int fd)
{
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	fprintf(stderr, "ready\n");
	send_on(fd);
}

static void end_keepalive(int fd)
{
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	wait_for_others(fd);
}

static const struct way ways[] = {
	{"close", 'q', end_close},
	{"peer-close", 'c', end_peer_close},
	{"both", 'w', end_both},
	{"late-data", 'o', end_late_data},
	{"unread", 'd', end_unread},
	{"linger", 'w', no_linger},
	{"unspec", 'w', disconnect},
	{"half-linger", 'q', end_half_linger},
	{"half-unspec", 'q', end_half_unspec},
	{"linger2", 'q', end_linger2},
	{"reset", 'r', end_peer_close},
	{"half-reset", 'e', end_both},
	{"peer-half-reset", 's', end_peer_half_reset},
	{"shut-data", 'o', end_shut_data},
	{"destroy", 'w', wait_for_others},
	{"timeout", 'w', end_timeout},
	{"keepalive", 'w', end_keepalive},
};

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	die("%s is no way to end", name);
}

/* What the socket's errno is at the end, by name. */
static void expect_error(const char *ended)
{
	if (!strcmp(ended, "timeout"))
		expect_string("error.type", "ETIMEDOUT");
	else if (!strcmp(ended, "aborted"))
		expect_string("error.type", "ECONNABORTED");
	else if (!strcmp(ended, "reset_received"))
		expect_string("error.type", "*");
	else if (!strcmp(ended, "-"))
		expect_string("error.type", "ECONNRESET");
	else
		expect_null("error.type");
}

int main(int argc, char **argv)
{
	const struct way *way;
	struct target target;
	int fd;

	if (argc == 4 && !strcmp(argv[1], "serve")) {
		target = target_parse(argv[2], argv[3], false);
		serve(&target);
	}
	if (argc != 5)
		die("usage: ends HOW ENDED ADDR PORT");
	way = find_way(argv[1]);
	target = target_parse(argv[3], argv[4], false);
	fd = socket_for(&target, 0);
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	expect_result(fd, &target, 0);
	expect("close", &target);
	expect_local(fd);
	expect_error(argv[2]);
	if (strcmp(argv[2], "-"))
		expect_string("tpconnect.ended", argv[2]);
	else
		expect_null("tpconnect.ended");
	expect_end();
	if (write(fd, &way->first, 1) != 1)
		die("write");
	way->end(fd);
	close(fd);
}
