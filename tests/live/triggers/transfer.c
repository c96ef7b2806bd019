// SPDX-License-Identifier: MIT
/*
 * The same number of bytes each way, over one connection. Usage: transfer ADDR PORT BYTES, or
 * "transfer serve ADDR PORT BYTES" for the peer, who prints how many it has received; "transfer
 * refused ADDR PORT BYTES" where this host refuses packets, which the kernel counts as sent again.
 * On stderr goes how many segments were sent again, and for how many microseconds it was connected:
 * at least, and at most.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trigger.h"

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * Sends `bytes`, shuts down, and reads until the peer has done the same. Returns what it read.
 * *ret_open_us: a moment at which it was not closed, as it was not shut down yet.
 */
static long exchange(int fd, long bytes, long *ret_open_us)
{
	static char buffer[65536];
	struct pollfd pollfd = {.fd = fd};
	long received = 0, left = bytes;
	ssize_t n;

	for (;;) {
		pollfd.events = POLLIN | (left ? POLLOUT : 0);
		if (poll(&pollfd, 1, 30000) <= 0)
			die("poll");
		if (left && pollfd.revents & POLLOUT) {
			n = send(fd, buffer,
				 left < (long)sizeof(buffer) ? left : (long)sizeof(buffer),
				 MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				die("send");
			left -= n > 0 ? n : 0;
			if (!left) {
				*ret_open_us = now_us();
				shutdown(fd, SHUT_WR);
			}
		}
		if (pollfd.revents & (POLLIN | POLLHUP)) {
			n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
			if (n == 0 && !left)
				return received;
			if (n < 0 && errno != EAGAIN)
				die("recv");
			received += n > 0 ? n : 0;
		}
	}
}

static void serve(const struct target *target, long bytes)
{
	int fd = socket_for(target, 0), peer;
	long open_us;

	if (bind(fd, (struct sockaddr *)&target->addr, target->len) || listen(fd, 1))
		die("listen");
	fprintf(stderr, "listening\n");
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		die("accept");
	printf("%ld\n", exchange(peer, bytes, &open_us));
}

/* What the kernel says of it once both have shut down and know so: then it is final. */
static struct tcp_info final_info(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	do {
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO");
		usleep(100);
	} while (info.tcpi_state != TCP_CLOSE);
	return info;
}

int main(int argc, char **argv)
{
	bool server = argc == 5 && !strcmp(argv[1], "serve");
	bool refused = argc == 5 && !strcmp(argv[1], "refused");
	struct target target;
	struct tcp_info info;
	long bytes, received, called_us, connected_us, open_us;
	int fd;

	argv += server || refused;
	argc -= server || refused;
	if (argc != 4)
		die("usage: transfer [serve|refused] ADDR PORT BYTES");
	target = target_parse(argv[1], argv[2], false);
	bytes = atol(argv[3]);
	if (server) {
		serve(&target, bytes);
		return 0;
	}
	fd = socket_for(&target, 0);
	called_us = now_us();
	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	connected_us = now_us();
	expect_result(fd, &target, 0);
	expect("close", &target);
	expect_local(fd);
	usleep(500000); /* so that it lasts much longer than what cannot be known of it */
	received = exchange(fd, bytes, &open_us);
	expect_int("tpconnect.bytes_sent", bytes);
	expect_int("tpconnect.bytes_received", received);
	info = final_info(fd);
	if (!refused)
		expect_int("tpconnect.retransmits", info.tcpi_total_retrans);
	expect_int("tpconnect.rtt_us", info.tcpi_rtt);
	expect_string("tpconnect.ended", "fin");
	expect_end();
	fprintf(stderr, "%u %ld %ld\n", info.tcpi_total_retrans, open_us - connected_us,
		now_us() - called_us);
}
