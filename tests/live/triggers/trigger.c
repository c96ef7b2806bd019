// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "trigger.h"

#define ERRNO_MAX      133
#define STATUS_FAILED  1
#define STATUS_SKIPPED 77
#define OPENED_SLOTS   1024

static void leave(int status, const char *format, va_list args)
{
	int err = errno;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	if (err)
		fprintf(stderr, " (errno: %s)", strerror(err));
	fputc('\n', stderr);
	_exit(status);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	leave(STATUS_FAILED, format, args);
	__builtin_unreachable();
}

void unable(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	leave(STATUS_SKIPPED, format, args);
	__builtin_unreachable();
}

struct target target_parse(const char *addr, const char *port, bool mapped)
{
	struct target target = {};
	struct sockaddr_in *in = (struct sockaddr_in *)&target.addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&target.addr;
	char text[INET6_ADDRSTRLEN + 8];
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	if (!*port || *end || number > 65535)
		die("%s is not a port", port);
	snprintf(text, sizeof(text), "%s%s", mapped ? "::ffff:" : "", addr);
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(number);
		target.len = sizeof(*in);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(number);
		target.len = sizeof(*in6);
	} else {
		die("%s is not an address", text);
	}
	return target;
}

int allow_descriptors(int n)
{
	struct rlimit limit = {n, n};

	/* More than its hard limit, only who is privileged may have. */
	if (!setrlimit(RLIMIT_NOFILE, &limit))
		return n;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	return limit.rlim_max < (rlim_t)n ? (int)limit.rlim_max : n;
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* When socket_for() made it, by descriptor. */
static long long opened_ns[OPENED_SLOTS];

int socket_for(const struct target *target, int type)
{
	int fd = socket(target->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | type, 0);

	if (fd < 0)
		die("socket");
	if (fd < OPENED_SLOTS)
		opened_ns[fd] = now_ns();
	return fd;
}

long long age_of(int fd)
{
	return fd < OPENED_SLOTS && opened_ns[fd] ? now_ns() - opened_ns[fd] : 0;
}

void print_accepted(const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(peer->ss_family,
		  peer->ss_family == AF_INET ? (void *)&in->sin_addr : (void *)&in6->sin6_addr,
		  text, sizeof(text));
	printf("{\"network.local.address\":\"%s\",\"network.local.port\":%u}\n", text,
	       ntohs(in->sin_port));
}

int connect_to(int fd, const struct target *target)
{
	return connect(fd, (const struct sockaddr *)&target->addr, target->len);
}

int errno_of(const char *name)
{
	if (!strcmp(name, "established"))
		return 0;
	for (int err = 1; err <= ERRNO_MAX; err++)
		if (strerrorname_np(err) && !strcmp(name, strerrorname_np(err)))
			return err;
	die("%s is not an errno", name);
}

static const char *outcome_name(int err)
{
	return err ? strerrorname_np(err) : "success";
}

void demand(const char *what, int got, int want)
{
	errno = 0;
	if (got != want)
		die("%s: expected %s, got %s", what, outcome_name(want), outcome_name(got));
}

int socket_result(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int err;

	if (poll(&pollfd, 1, 20000) != 1)
		die("poll: no result");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		die("SO_ERROR");
	return err;
}

unsigned int port_of(const struct sockaddr_storage *addr)
{
	/* At the same place in both families. */
	return ntohs(((const struct sockaddr_in *)addr)->sin_port);
}

bool local_of(int fd, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof(*ret);

	return !getsockname(fd, (struct sockaddr *)ret, &len) && port_of(ret);
}
