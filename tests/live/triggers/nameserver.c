// SPDX-License-Identifier: MIT
/*
 * A name server that answers every question, by UDP and TCP, with an address: a name that begins
 * with "big" with more besides, beyond what UDP carries by itself, and one that begins with "late"
 * a tenth of a second later. Who connects is printed as `accept` does. Usage: nameserver ADDR PORT
 * ANSWER
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

#define HEADER 12 /* RFC 1035, 4.1.1 */
#define MORE   40 /* addresses of a big answer */
#define ROOM   2048

static struct in_addr answer;

static int open_socket(const struct target *target, int type)
{
	int fd = socket(target->addr.ss_family, type | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&target->addr, target->len) ||
	    (type == SOCK_STREAM && listen(fd, 16)))
		die("a name server's socket");
	return fd;
}

static bool asks_for(const uint8_t *message, const char *begin)
{
	return !memcmp(message + HEADER + 1, begin, strlen(begin));
}

/* An address record of the name that was asked for. */
static uint8_t *put_address(uint8_t *to, struct in_addr addr)
{
	static const uint8_t head[] = {0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, sizeof(addr)};

	return mempcpy(mempcpy(to, head, sizeof(head)), &addr, sizeof(addr));
}

/* Turns a question of that size into its answer; returns the answer's size. */
static size_t make_answer(uint8_t message[static ROOM], size_t size)
{
	int n = asks_for(message, "big") ? 1 + MORE : 1;
	uint8_t *to = message + size;

	if (asks_for(message, "late"))
		usleep(100000);
	message[2] |= 0x80; /* it is an answer */
	message[7] = n;
	to = put_address(to, answer);
	for (int i = 1; i < n; i++)
		to = put_address(to, (struct in_addr){htonl(0x0a620000 + i)});
	return to - message;
}

static void serve_datagram(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	uint8_t message[ROOM];
	ssize_t n = recvfrom(fd, message, ROOM / 4, 0, (struct sockaddr *)&peer, &len);

	if (n > HEADER)
		sendto(fd, message, make_answer(message, n), 0, (struct sockaddr *)&peer, len);
}

/* One question, then until the peer ends. */
static void serve_stream(int listener)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int fd = accept(listener, (struct sockaddr *)&peer, &len);
	uint8_t message[sizeof(uint16_t) + ROOM];
	uint16_t size;
	ssize_t n;

	if (fd < 0)
		die("accept");
	print_accepted(&peer);
	fflush(stdout);
	n = read(fd, message, ROOM / 4);
	if (n > (ssize_t)sizeof(size) + HEADER) {
		n = make_answer(message + sizeof(size), n - sizeof(size));
		size = htons(n);
		memcpy(message, &size, sizeof(size));
		if (write(fd, message, sizeof(size) + n) < 0)
			die("write");
		while (read(fd, message, sizeof(message)) > 0)
			;
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	struct target target;

	if (argc != 4 || inet_pton(AF_INET, argv[3], &answer) != 1)
		die("usage: nameserver ADDR PORT ANSWER");
	target = target_parse(argv[1], argv[2], false);
	fds[0].fd = open_socket(&target, SOCK_DGRAM);
	fds[1].fd = open_socket(&target, SOCK_STREAM);
	fprintf(stderr, "listening\n");
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			serve_datagram(fds[0].fd);
		if (fds[1].revents)
			serve_stream(fds[1].fd);
	}
	die("poll");
}
