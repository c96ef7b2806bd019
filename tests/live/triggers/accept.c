// SPDX-License-Identifier: MIT
/*
 * The second witness: a server that prints where each connection that it accepted came from, in
 * the words of the connecting side. Usage: accept [-r | -f] ADDR PORT...; -r: reset each at once;
 * -f: TCP Fast Open.
 * It reads and drops what it is sent, and closes what its peer has closed.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "trigger.h"

#define LISTENERS_MAX 32
#define BATCH	      256

static int listeners[LISTENERS_MAX];
static int n_listeners;
static int epoll_fd;
static bool reset, fast_open;

static void watch(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static void listen_on(const char *addr, const char *port)
{
	struct target target = target_parse(addr, port, false);
	int fd = socket_for(&target, SOCK_NONBLOCK), one = 1, queue = 100;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (target.addr.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&target.addr, target.len) || listen(fd, 65535))
		die("listen on %s %s", addr, port);
	if (fast_open && setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)))
		die("TCP_FASTOPEN");
	watch(fd);
	listeners[n_listeners++] = fd;
}

static void close_with_reset(int fd)
{
	struct linger linger = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void accept_some(int listener)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int fd;

	/* Not all at once: the closed ones among them hold descriptors until they are read. */
	for (int i = 0; i < BATCH; i++) {
		fd = accept4(listener, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK);
		if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED))
			return;
		if (fd < 0)
			die("accept");
		print_accepted(&peer);
		if (reset)
			close_with_reset(fd);
		else
			watch(fd);
		len = sizeof(peer);
	}
}

static void read_all(int fd)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		;
	if (n == 0 || errno != EAGAIN)
		close(fd);
}

static bool is_listener(int fd)
{
	for (int i = 0; i < n_listeners; i++)
		if (listeners[i] == fd)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct epoll_event events[BATCH];
	int first = 1, n;

	reset = argc > 1 && !strcmp(argv[1], "-r");
	fast_open = argc > 1 && !strcmp(argv[1], "-f");
	first += reset || fast_open;
	if ((argc - first) % 2 || argc == first || (argc - first) / 2 > LISTENERS_MAX)
		die("usage: accept [-r | -f] ADDR PORT...");
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (int i = first; i < argc; i += 2)
		listen_on(argv[i], argv[i + 1]);
	fprintf(stderr, "listening\n");
	while ((n = epoll_wait(epoll_fd, events, BATCH, -1)) >= 0) {
		for (int i = 0; i < n; i++)
			if (is_listener(events[i].data.fd))
				accept_some(events[i].data.fd);
			else
				read_all(events[i].data.fd);
		fflush(stdout);
	}
	die("epoll_wait");
}
