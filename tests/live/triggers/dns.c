// SPDX-License-Identifier: MIT
/*
 * Asks a name server for a name, in one way of many, and connects to the address that it answers.
 * Usage: dns WAY NAME SERVER PORT PORT-TO-CONNECT-TO [TIMES]; TIMES: it asks so often, before.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "int80.h"
#include "ring.h"
#include "trigger.h"

#define HEADER	12 /* RFC 1035, 4.1.1 */
#define LENGTH	2  /* 4.2.2: before each message of a stream */
#define RECORD	16 /* bytes of an answer's, with an address of IPv4 */
#define ROOM	2048
#define APART	100 /* bytes between parts of a message */
#define SECONDS 10

/* A question, and what came of it. Over TCP, with its length before it. */
struct talk {
	int fd;
	struct target server;
	uint8_t question[ROOM], answer[ROOM];
	size_t size; /* of the question */
};

/* What was asked is answered by so many bytes; or -1. */
typedef ssize_t receive_fn(struct talk *talk);
typedef ssize_t send_fn(struct talk *talk);

static ssize_t by_recvfrom(struct talk *talk)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	return recvfrom(talk->fd, talk->answer, ROOM, 0, (struct sockaddr *)&from, &len);
}

static ssize_t by_recv(struct talk *talk)
{
	return recv(talk->fd, talk->answer, ROOM, 0);
}

static ssize_t by_read(struct talk *talk)
{
	return read(talk->fd, talk->answer, ROOM);
}

/* As if it had come in one piece. */
static ssize_t by_parts(struct talk *talk, size_t first, bool message)
{
	uint8_t parts[ROOM + APART];
	struct iovec iov[] = {{parts, first}, {parts + first + APART, ROOM - first}};
	struct msghdr header = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n = message ? recvmsg(talk->fd, &header, 0) : readv(talk->fd, iov, 2);

	memcpy(talk->answer, parts, first);
	memcpy(talk->answer + first, parts + first + APART, ROOM - first);
	return n;
}

static ssize_t by_recvmsg(struct talk *talk)
{
	struct iovec iov = {talk->answer, ROOM};
	struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};

	return recvmsg(talk->fd, &header, 0);
}

static ssize_t by_readv(struct talk *talk)
{
	struct iovec iov = {talk->answer, ROOM};

	return readv(talk->fd, &iov, 1);
}

static ssize_t by_recvmmsg_of(struct talk *talk, unsigned int n)
{
	static uint8_t other[ROOM];
	struct iovec iov[] = {{talk->answer, ROOM}, {other, ROOM}};
	struct mmsghdr headers[] = {
		{.msg_hdr = {.msg_iov = &iov[0], .msg_iovlen = 1}},
		{.msg_hdr = {.msg_iov = &iov[1], .msg_iovlen = 1}},
	};
	int got = recvmmsg(talk->fd, headers, n, MSG_WAITFORONE, NULL);

	return got < 1 ? -1 : (ssize_t)headers[0].msg_len;
}

static ssize_t by_recvmmsg(struct talk *talk)
{
	return by_recvmmsg_of(talk, 1);
}

static ssize_t by_recvmmsg_two(struct talk *talk)
{
	return by_recvmmsg_of(talk, 2);
}

/* It is seen twice. */
static ssize_t by_peek(struct talk *talk)
{
	if (recv(talk->fd, talk->answer, ROOM, MSG_PEEK) < 0)
		return -1;
	return by_recv(talk);
}

/* Less than there is, whose size is told all the same. */
static ssize_t by_truncating(struct talk *talk)
{
	return recv(talk->fd, talk->answer, 200, MSG_TRUNC) > 200 ? 200 : -1;
}

static ssize_t by_header_apart(struct talk *talk)
{
	return by_parts(talk, HEADER, false);
}

/* Of a stream, as musl's resolver does. */
static ssize_t by_length_apart(struct talk *talk)
{
	return by_parts(talk, LENGTH, true);
}

static ssize_t by_length_first(struct talk *talk)
{
	ssize_t n = recv(talk->fd, talk->answer, LENGTH, 0);

	if (n != LENGTH)
		return -1;
	n = recv(talk->fd, talk->answer + LENGTH, ROOM - LENGTH, 0);
	return n < 0 ? -1 : n + LENGTH;
}

static struct io_uring_sqe uring_request(struct talk *talk, unsigned int flags)
{
	return (struct io_uring_sqe){
		.opcode = IORING_OP_RECV,
		.flags = flags,
		.fd = talk->fd,
		.addr = (uintptr_t)talk->answer,
		.len = ROOM,
	};
}

static ssize_t by_uring(struct talk *talk, unsigned int flags)
{
	struct io_uring_sqe sqe = uring_request(talk, flags);
	struct ring ring;

	ring_open(&ring, 0);
	return ring_do(&ring, &sqe);
}

static ssize_t by_uring_inline(struct talk *talk)
{
	return by_uring(talk, 0);
}

static ssize_t by_uring_async(struct talk *talk)
{
	return by_uring(talk, IOSQE_ASYNC);
}

/* read(2) of the 32-bit table. */
static ssize_t by_compat(struct talk *talk)
{
#if defined(__x86_64__)
	const long compat_read = 3;
	void *low = int80_memory(ROOM);
	int ret = int80(compat_read, talk->fd, (uint32_t)(uintptr_t)low, ROOM);

	if (ret >= 0)
		memcpy(talk->answer, low, ROOM);
	return ret;
#else
	(void)talk;
	unable("32-bit system calls are tried on x86-64 only");
#endif
}

static ssize_t by_send(struct talk *talk)
{
	return send(talk->fd, talk->question, talk->size, 0);
}

static ssize_t by_sendto(struct talk *talk)
{
	return sendto(talk->fd, talk->question, talk->size, 0,
		      (const struct sockaddr *)&talk->server.addr, talk->server.len);
}

static ssize_t send_message(struct talk *talk, bool several)
{
	struct iovec iov = {talk->question, talk->size};
	struct mmsghdr header = {
		.msg_hdr =
			{
				.msg_name = &talk->server.addr,
				.msg_namelen = talk->server.len,
				.msg_iov = &iov,
				.msg_iovlen = 1,
			},
	};

	if (!several)
		return sendmsg(talk->fd, &header.msg_hdr, 0);
	return sendmmsg(talk->fd, &header, 1, 0) == 1 ? (ssize_t)header.msg_len : -1;
}

static ssize_t by_sendmsg(struct talk *talk)
{
	return send_message(talk, false);
}

static ssize_t by_sendmmsg(struct talk *talk)
{
	return send_message(talk, true);
}

/* What nameserver.c answers here: an address, behind the question. */
static void put_answer(uint8_t *message, size_t size)
{
	static const uint8_t record[RECORD] = {0xc0, HEADER, 0, 1, 0,  1,  0, 0,
					       0,    60,     0, 4, 10, 99, 0, 2};

	message[2] |= 0x80; /* it is an answer */
	message[7] = 1;
	memcpy(message + size, record, sizeof(record));
}

static struct ring waiting;

/* The receive waits before there is anything. */
static ssize_t by_send_later(struct talk *talk)
{
	struct io_uring_sqe sqe = uring_request(talk, 0);

	if (connect_to(talk->fd, &talk->server))
		die("connect");
	ring_open(&waiting, 0);
	ring_begin(&waiting, &sqe);
	return by_send(talk);
}

/*
 * It is done at the end of another call: a receive from another socket, to where something lies
 * that looks as if it was the answer.
 */
static ssize_t by_uring_late(struct talk *talk)
{
	const struct timeval limit = {.tv_usec = 500000};
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint8_t forged[ROOM];

	memcpy(forged, talk->question, talk->size);
	forged[HEADER + 1]++; /* a letter of the name */
	put_answer(forged, talk->size);
	setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (recv(other, forged, sizeof(forged), 0) >= 0)
		die("another socket");
	close(other);
	return ring_end(&waiting);
}

/* What somebody else sends, who does not know the question's id. */
static ssize_t by_forged(struct talk *talk)
{
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to;
	socklen_t len = sizeof(to);
	uint8_t forged[ROOM];
	size_t size = talk->size;

	memcpy(forged, talk->question, size);
	forged[1]++;
	put_answer(forged, size);
	size += RECORD;
	if (getsockname(talk->fd, (struct sockaddr *)&to, &len))
		die("getsockname");
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(other, forged, size, 0, (const struct sockaddr *)&to, len) != (ssize_t)size)
		die("sendto");
	close(other);
	return by_recvfrom(talk);
}

static const struct way {
	const char *name;
	receive_fn *receive;
	send_fn *send; /* NULL: the socket is connected before */
	bool stream;
} ways[] = {
	{.name = "recvfrom", .receive = by_recvfrom},
	{.name = "recv", .receive = by_recv},
	{.name = "read", .receive = by_read},
	{.name = "recvmsg", .receive = by_recvmsg},
	{.name = "readv", .receive = by_readv},
	{.name = "recvmmsg", .receive = by_recvmmsg},
	{.name = "recvmmsg_two", .receive = by_recvmmsg_two},
	{.name = "peek", .receive = by_peek},
	{.name = "truncating", .receive = by_truncating},
	{.name = "header_apart", .receive = by_header_apart},
	{.name = "uring", .receive = by_uring_inline},
	{.name = "uring_async", .receive = by_uring_async},
	{.name = "uring_late", .receive = by_uring_late, .send = by_send_later},
	{.name = "compat", .receive = by_compat},
	{.name = "sendto", .receive = by_recvfrom, .send = by_sendto},
	{.name = "sendmsg", .receive = by_recvmsg, .send = by_sendmsg},
	{.name = "forged", .receive = by_forged, .send = by_sendto},
	{.name = "sendmmsg", .receive = by_recvfrom, .send = by_sendmmsg},
	{.name = "tcp", .receive = by_recv, .stream = true},
	{.name = "tcp_length_first", .receive = by_length_first, .stream = true},
	{.name = "tcp_length_apart", .receive = by_length_apart, .stream = true},
};

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	die("there is no way \"%s\"", name);
}

/* For addresses of IPv4. Returns its size. */
static size_t make_question(uint8_t *to, const char *name)
{
	static const uint8_t header[HEADER] = {0x12, 0x34, 1, 0, 0, 1};
	static const uint8_t end[] = {0, 0, 1, 0, 1};
	uint8_t *at = mempcpy(to, header, sizeof(header));

	while (*name) {
		size_t n = strcspn(name, ".");

		*at++ = n;
		at = mempcpy(at, name, n);
		name += n + (name[n] == '.');
	}
	return (uint8_t *)mempcpy(at, end, sizeof(end)) - to;
}

static void talk_open(struct talk *talk, const struct way *way)
{
	const struct timeval limit = {.tv_sec = SECONDS};

	talk->fd = way->stream ? socket_for(&talk->server, 0)
			       : socket(talk->server.addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(talk->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (talk->fd < 0 || (!way->send && connect_to(talk->fd, &talk->server)))
		die("a socket for the name server");
	if (way->stream)
		expect_result(talk->fd, &talk->server, 0);
}

/* The address of the answer's first record, which is behind the question. */
static struct in_addr ask(struct talk *talk, const struct way *way, const char *name)
{
	size_t length = way->stream ? LENGTH : 0,
	       size = make_question(talk->question + length, name);
	send_fn *send = way->send ? way->send : by_send;
	struct in_addr addr;
	ssize_t n;

	if (way->stream)
		talk->question[1] = size;
	talk->size = length + size;
	if (send(talk) != (ssize_t)talk->size)
		die("the question");
	n = way->receive(talk);
	if (n < (ssize_t)(talk->size + HEADER + sizeof(addr)))
		die("the answer: %zd bytes", n);
	memcpy(&addr, talk->answer + talk->size + HEADER, sizeof(addr));
	close(talk->fd);
	return addr;
}

int main(int argc, char **argv)
{
	struct talk talk = {};
	char text[INET_ADDRSTRLEN];
	const struct way *way;
	struct target target;
	struct in_addr addr = {};
	int fd;

	if (argc != 6 && argc != 7)
		die("usage: dns WAY NAME SERVER PORT PORT-TO-CONNECT-TO [TIMES]");
	way = find_way(argv[1]);
	talk.server = target_parse(argv[3], argv[4], false);
	for (int left = argc > 6 ? atoi(argv[6]) : 1; left > 0; left--) {
		talk_open(&talk, way);
		addr = ask(&talk, way, argv[2]);
	}
	target = target_parse(inet_ntop(AF_INET, &addr, text, sizeof(text)), argv[5], false);
	fd = socket_for(&target, 0);
	demand("connect", connect_to(fd, &target), 0);
	expect_result(fd, &target, 0);
}
