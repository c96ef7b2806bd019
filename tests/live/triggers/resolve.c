// SPDX-License-Identifier: MIT
/*
 * resolve [-f] [-l ADDR] NAME... PORT: asks the C library for each name, then connects to the
 * addresses of the last, one after the other, until one answers. -f: a child that is forked then
 * does. -l: connects to that address before anything is asked.
 *
 * For each attempt, a line of JSON says who made it, where to, and what came of it. Nothing of the
 * other triggers is used, so that any C library can be linked with it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "resolve: %s: %s\n", what, why);
	exit(1);
}

static unsigned int port_of(const struct sockaddr_storage *addr)
{
	return ntohs(addr->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)addr)->sin6_port
						 : ((const struct sockaddr_in *)addr)->sin_port);
}

/* Port and address are those of the socket itself. */
static void print_attempt(const struct sockaddr *to, int error, int fd)
{
	struct sockaddr_storage local = {0}, peer = {0};
	socklen_t len = sizeof(local);
	char text[INET6_ADDRSTRLEN];

	memcpy(&peer, to,
	       to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					 : sizeof(struct sockaddr_in));
	if (!inet_ntop(to->sa_family,
		       to->sa_family == AF_INET6
			       ? (void *)&((struct sockaddr_in6 *)&peer)->sin6_addr
			       : (void *)&((struct sockaddr_in *)&peer)->sin_addr,
		       text, sizeof(text)))
		fail("inet_ntop", strerror(errno));
	printf("{\"event.name\":\"tcp.%s\",\"process.pid\":%d,\"network.peer.address\":\"%s\","
	       "\"network.peer.port\":%u",
	       error ? "failed" : "established", getpid(), text, port_of(&peer));
	if (error)
		printf(",\"error.type\":\"%s\"", error == ECONNREFUSED ? "ECONNREFUSED" : "?");
	else if (!getsockname(fd, (struct sockaddr *)&local, &len))
		printf(",\"network.local.port\":%u", port_of(&local));
	puts("}");
	fflush(stdout);
}

static bool connects(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, SOCK_STREAM, 0), error;

	if (fd < 0)
		fail("socket", strerror(errno));
	error = connect(fd, to->ai_addr, to->ai_addrlen) ? errno : 0;
	print_attempt(to->ai_addr, error, fd);
	close(fd);
	return !error;
}

static struct addrinfo *look_up(const char *name, const char *port, int flags)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo *found;
	int err = getaddrinfo(name, port, &hints, &found);

	if (err)
		fail(name, gai_strerror(err));
	return found;
}

static void connect_to_any(const struct addrinfo *found)
{
	for (; found; found = found->ai_next)
		if (connects(found))
			return;
}

static void wait_for_child(void)
{
	int status;

	if (wait(&status) < 0 || status)
		fail("the child", "it failed");
}

int main(int argc, char **argv)
{
	struct addrinfo *found = NULL;
	const char *literal = NULL;
	bool forks = false;
	int opt;

	while ((opt = getopt(argc, argv, "fl:")) != -1) {
		if (opt == 'f')
			forks = true;
		else if (opt == 'l')
			literal = optarg;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	if (literal) {
		found = look_up(literal, argv[argc - 1], AI_NUMERICHOST);
		connect_to_any(found);
	}
	for (int i = optind; i < argc - 1; i++) {
		if (found)
			freeaddrinfo(found);
		found = look_up(argv[i], argv[argc - 1], 0);
	}
	if (forks && fork())
		wait_for_child();
	else
		connect_to_any(found);
	freeaddrinfo(found);
	return 0;
}
