// SPDX-License-Identifier: MIT
/*
 * connect(2) with every kind of address, every length of it and every kind of descriptor, on fresh
 * sockets. Usage: lengths PORT, from which upwards nobody listens on 127.0.0.1 and ::1: each call
 * has a port of its own, by which its record is known.
 *
 * A destination is asked for where the address is one of IPv4 or IPv6, readable, and of a length
 * that holds one and that connect(2) takes; then there is one record, sent or not. What a call
 * returns is for the kernel to say; whether its SYN left, the socket's source port tells.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "trigger.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* uapi/linux/in6.h of old: without sin6_scope_id. The kernel takes an address so short. */
#define SIN6_LEN_RFC2133 24

/* Where no page is mapped and where user space ends. */
#define NOWHERE	       ((void *)8)
#define KERNEL_ADDRESS ((void *)0xffffffff81000000ull)

/* The system call itself: the C library must not look at the arguments. */
static int connect_raw(int fd, const void *addr, int len)
{
	return syscall(SYS_connect, fd, addr, (long)len) ? errno : 0;
}

/* Whether there was an attempt, by what the address is. */
static bool names_destination(const struct target *target, int len)
{
	int least = target->addr.ss_family == AF_INET ? (int)sizeof(struct sockaddr_in)
						      : SIN6_LEN_RFC2133;

	return (target->addr.ss_family == AF_INET || target->addr.ss_family == AF_INET6) &&
	       len >= least && len <= (int)sizeof(struct sockaddr_storage);
}

static in_port_t next_port;

static void attempt(int family, struct target *target, int len)
{
	int fd = socket(family, SOCK_STREAM, 0), err;
	struct sockaddr_storage local;

	/* At the same place in both families. */
	((struct sockaddr_in *)&target->addr)->sin_port = htons(next_port++);
	err = connect_raw(fd, &target->addr, len);
	if (local_of(fd, &local)) { /* ECONNREFUSED by a RST: the SYN left */
		demand("sent", err, ECONNREFUSED);
		if (!names_destination(target, len))
			die("family %d, length %d: sent", target->addr.ss_family, len);
		expect_result(fd, target, err);
	} else if (names_destination(target, len)) {
		if (!err)
			die("success");
		expect_not_sent(target, err);
	}
	close(fd);
}

static void all_lengths(const char *port)
{
	static const int lengths[] = {
		0,  1,	2,  3,	 7,   8,   15,	16,  17,    20,		23, 24,	 25,
		27, 28, 29, 110, 127, 128, 129, 130, 65536, 0x7fffffff, -1, -16, -2147483647 - 1};
	static const int families[] = {AF_INET, AF_INET6};
	struct target targets[] = {
		target_parse("127.0.0.1", port, false),
		target_parse("127.0.0.1", port, true),
		target_parse("::1", port, false),
		{.addr.ss_family = AF_UNSPEC},
		{.addr.ss_family = AF_UNIX},
		{.addr.ss_family = AF_PACKET},
		{.addr.ss_family = 0xffff},
	};

	for (size_t f = 0; f < COUNT(families); f++)
		for (size_t t = 0; t < COUNT(targets); t++)
			for (size_t l = 0; l < COUNT(lengths); l++)
				attempt(families[f], &targets[t], lengths[l]);
}

/* Pointers to what is no address. */
static void pointers(const struct target *target)
{
	static const void *const wrong[] = {NULL,
					    NOWHERE,
					    KERNEL_ADDRESS,
					    (void *)-1,
					    (void *)0x00007fffffffeff8ull,
					    (void *)0x8000000000000000ull};
	static const int lengths[] = {0, 2, 16, 24, 28, 128, 129, -1};

	for (size_t p = 0; p < COUNT(wrong); p++)
		for (size_t l = 0; l < COUNT(lengths); l++) {
			int fd = socket_for(target, 0);

			if (!connect_raw(fd, wrong[p], lengths[l]))
				die("success");
			close(fd);
		}
}

/* The address is there, but not all of the length that is said: connect(2) takes none of it. */
static void ends_early(const struct target *target)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *two =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static const size_t inside[] = {16, 20, 24, 28, 64, 127};

	if (two == MAP_FAILED || mprotect(two + page, page, PROT_NONE))
		die("mmap");
	for (size_t i = 0; i < COUNT(inside); i++) {
		int fd = socket_for(target, 0);
		char *at = two + page - inside[i];

		memcpy(at, &target->addr, inside[i]);
		demand("ends early", connect_raw(fd, at, sizeof(target->addr)), EFAULT);
		close(fd);
	}
	munmap(two, 2 * page);
}

static int open_path_of(int fd)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return open(name, O_PATH);
}

static int unix_path(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/tpconnect-lengths-%d", getpid());
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("bind");
	fd = open(addr.sun_path, O_PATH);
	unlink(addr.sun_path);
	return fd;
}

/* What is no TCP socket, and numbers that are no descriptors. */
static void descriptors(const struct target *target)
{
	int pipes[2] = {-1, -1}, tcp = socket_for(target, 0), closed = dup(tcp), listener;

	if (pipe(pipes))
		die("pipe");
	close(closed);
	listener = socket_for(target, 0);
	if (listen(listener, 1))
		die("listen");
	int fds[] = {
		open("/dev/null", O_RDWR),
		open("/proc/self/exe", O_RDONLY),
		open("/", O_RDONLY | O_DIRECTORY),
		open("/", O_PATH),
		pipes[0],
		pipes[1],
		epoll_create1(0),
		eventfd(0, 0),
		syscall(SYS_memfd_create, "x", 0),
		syscall(SYS_pidfd_open, getpid(), 0),
		socket(AF_UNIX, SOCK_STREAM, 0),
		socket(AF_UNIX, SOCK_DGRAM, 0),
		socket(AF_NETLINK, SOCK_RAW, 0),
		socket(AF_PACKET, SOCK_RAW, 0),
		socket(target->addr.ss_family, SOCK_RAW, IPPROTO_TCP), /* no TCP, for its name */
		unix_path(),
		open_path_of(tcp),
		listener,
		closed,
		-1,
		-100, /* AT_FDCWD */
		1023,
		100000,
		1 << 20,
		0x7fffffff,
		-2147483647 - 1,
	};
	for (size_t i = 0; i < COUNT(fds); i++)
		connect_raw(fds[i], &target->addr, target->len);
}

int main(int argc, char **argv)
{
	struct target target;

	if (argc != 2)
		die("usage: lengths PORT");
	target = target_parse("127.0.0.1", argv[1], false);
	next_port = port_of(&target.addr);
	all_lengths(argv[1]);
	pointers(&target);
	ends_early(&target);
	descriptors(&target);
}
