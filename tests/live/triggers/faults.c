// SPDX-License-Identifier: MIT
/*
 * Calls of connect(2) that fail for what they were given. Usage: faults ADDR PORT, of a listener.
 * Of all these, only two name a destination for a TCP socket that has none yet.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trigger.h"

static void call(const char *what, int fd, const void *addr, socklen_t len, int want)
{
	demand(what, connect(fd, addr, len) ? errno : 0, want);
}

static void no_socket(const struct target *target)
{
	int null = open("/dev/null", O_RDONLY), fd = socket_for(target, 0), path;
	char name[64];

	call("closed descriptor", 999, &target->addr, target->len, EBADF);
	call("negative descriptor", -1, &target->addr, target->len, EBADF);
	call("no socket", null, &target->addr, target->len, ENOTSOCK);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	path = open(name, O_PATH);
	if (path >= 0)
		call("O_PATH", path, &target->addr, target->len, EBADF);
	close(fd);
	close(null);
}

/* Together a few pages of the kernel's, and fewer than the descriptors that a process may have. */
#define LOOKALIKES 512

/*
 * Memory behind a descriptor that reads like a socket with a TCP sock: an eventfd begins with a
 * reference count of 1, which would be SS_UNCONNECTED; then has a pointer to itself where a socket
 * has its sock; and half a kilobyte behind that, in an eventfd made after it, lies what its
 * program has set, where a sock has its protocol: IPPROTO_TCP is 6.
 */
static void lookalikes(const struct target *target)
{
	int fds[LOOKALIKES];

	for (int i = 0; i < LOOKALIKES; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		if (fds[i] < 0 || eventfd_write(fds[i], 0x0006000600060006))
			die("eventfd");
	}
	for (int i = 0; i < LOOKALIKES; i++)
		call("eventfd", fds[i], &target->addr, target->len, ENOTSOCK);
	for (int i = 0; i < LOOKALIKES; i++)
		close(fds[i]);
}

static void no_destination(const struct target *target)
{
	struct sockaddr_storage other = {.ss_family = AF_APPLETALK};
	int fd = socket_for(target, 0);

	call("bad pointer", fd, (void *)8, target->len, EFAULT);
	call("no address", fd, NULL, 0, EINVAL);
	call("short address", fd, &target->addr, 3, EINVAL);
	call("other family", fd, &other, target->len, EAFNOSUPPORT);
	close(fd);
}

static void not_unconnected(const struct target *target)
{
	int listener = socket_for(target, 0), fd = socket_for(target, 0);

	if (listen(listener, 1))
		die("listen");
	call("listening socket", listener, &target->addr, target->len, EISCONN);
	call("first", fd, &target->addr, target->len, 0);
	expect_result(fd, target, 0);
	call("connected socket", fd, &target->addr, target->len, EISCONN);
	close(listener);
	close(fd);
}

/* An IPv6 address for an IPv4 socket and the other way round. */
static void wrong_family(const struct target *target)
{
	struct target in6 = target_parse("fd00:99::77", "4567", false);
	struct target in = target_parse("10.99.0.77", "4567", false);
	int fd = socket_for(target, 0);

	call("IPv6 address, IPv4 socket", fd, &in6.addr, in6.len, EAFNOSUPPORT);
	expect_not_sent(&in6, EAFNOSUPPORT);
	close(fd);
	fd = socket_for(&in6, 0);
	call("IPv4 address, IPv6 socket", fd, &in.addr, sizeof(struct sockaddr_in6), EAFNOSUPPORT);
	expect_not_sent(&in, EAFNOSUPPORT);
	close(fd);
}

/* The address is in a page that the process has never touched: BPF cannot read it at once. */
static void not_resident(const struct target *target)
{
	char path[] = "/tmp/tpconnect-faults-XXXXXX";
	int file = mkstemp(path), fd = socket_for(target, 0);
	void *page;

	unlink(path);
	if (file < 0 || write(file, target, sizeof(*target)) != sizeof(*target))
		die("%s", path);
	page = mmap(NULL, sizeof(*target), PROT_READ, MAP_PRIVATE, file, 0);
	if (page == MAP_FAILED)
		die("mmap");
	call("not resident, no route", fd, page, target->len, ENETUNREACH);
	expect_not_sent(target, ENETUNREACH);
	close(fd);
	close(file);
}

int main(int argc, char **argv)
{
	struct target target, nowhere = target_parse("10.97.0.1", "4567", false);

	if (argc != 3)
		die("usage: faults ADDR PORT");
	target = target_parse(argv[1], argv[2], false);
	no_socket(&target);
	lookalikes(&target);
	no_destination(&target);
	not_unconnected(&target);
	wrong_family(&target);
	not_resident(&nowhere);
}
