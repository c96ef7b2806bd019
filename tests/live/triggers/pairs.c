// SPDX-License-Identifier: MIT
/*
 * Very many open connections, both ends of them, in several processes, until standard input ends.
 * Usage: pairs PROCESSES CONNECTIONS PORT, at 127.0.0.0/8; CONNECTIONS: of each process. Prints a
 * line for each socket: the process, and its own address and port, and the peer's; then says "open"
 * on stderr.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define OTHERS		 20    /* descriptors that a process has besides */
#define FROM_ONE_ADDRESS 10000 /* as many ports as any range has */

static void print_end(int fd)
{
	struct sockaddr_in local, peer;
	socklen_t len = sizeof(local);
	char text[INET_ADDRSTRLEN];

	if (getsockname(fd, (struct sockaddr *)&local, &len) ||
	    getpeername(fd, (struct sockaddr *)&peer, &len))
		die("getsockname or getpeername");
	inet_ntop(AF_INET, &local.sin_addr, text, sizeof(text));
	printf("%d %s %d %s %d\n", getpid(), text, ntohs(local.sin_port), inet_ntoa(peer.sin_addr),
	       ntohs(peer.sin_port));
}

/* Of the whole, one process makes those from `first` on. */
static void connect_all(int listener, int first, int n, const char *port)
{
	for (int i = first; i < first + n; i++) {
		char addr[16];
		struct target target;
		int out, in;

		snprintf(addr, sizeof(addr), "127.1.0.%d", 1 + i / FROM_ONE_ADDRESS);
		target = target_parse(addr, port, false);
		out = socket_for(&target, 0);
		if (connect_to(out, &target))
			die("connect");
		in = accept(listener, NULL, NULL);
		if (in < 0)
			die("accept");
		print_end(out);
		print_end(in);
	}
	fflush(stdout);
}

/* One after the other, as they share the listener. */
static void run(int listener, int first, int n, const char *port)
{
	int done[2];
	char byte;

	if (pipe(done))
		die("pipe");
	if (fork() == 0) {
		connect_all(listener, first, n, port);
		close(listener);
		if (write(done[1], "x", 1) != 1)
			die("write");
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		_exit(0);
	}
	close(done[1]);
	if (read(done[0], &byte, 1) != 1)
		die("a process failed");
	close(done[0]);
}

int main(int argc, char **argv)
{
	int processes = argc == 4 ? atoi(argv[1]) : 0, n = argc == 4 ? atoi(argv[2]) : 0, listener;
	struct target any;

	if (processes <= 0 || n <= 0)
		die("usage: pairs PROCESSES CONNECTIONS PORT");
	if (allow_descriptors(2 * n + OTHERS) < 2 * n + OTHERS)
		unable("a process may not have %d descriptors", 2 * n);
	any = target_parse("0.0.0.0", argv[3], false);
	listener = socket_for(&any, 0);
	if (bind(listener, (struct sockaddr *)&any.addr, any.len) || listen(listener, 8))
		die("listen");
	for (int i = 0; i < processes; i++)
		run(listener, i * n, n, argv[3]);
	fprintf(stderr, "open\n");
	for (int i = 0; i < processes; i++)
		wait(NULL);
}
