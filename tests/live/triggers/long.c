// SPDX-License-Identifier: MIT
/*
 * Connections that live until standard input ends, one after the other made and closed, and each of
 * which sends another number of bytes: 100, 101 and so on. Usage: long N ADDR PORT. For each prints
 * its source port and how many that was, and says "open" on stderr once all are.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trigger.h"

#define FIRST_BYTES 100

static int open_one(const struct target *target, int bytes)
{
	int fd = socket_for(target, 0);
	struct sockaddr_storage local;
	socklen_t size = sizeof(local);
	char *zeros = calloc(1, bytes);

	if (connect_to(fd, target) || write(fd, zeros, bytes) != bytes)
		die("connect and write");
	if (getsockname(fd, (struct sockaddr *)&local, &size))
		die("getsockname");
	printf("%d %d\n", ntohs(((struct sockaddr_in *)&local)->sin_port), bytes);
	free(zeros);
	return fd;
}

int main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[1]) : 0, *fds = calloc(n + 1, sizeof(*fds));
	struct target target;
	char byte;

	if (!n || !fds)
		die("usage: long N ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	for (int i = 0; i < n; i++)
		fds[i] = open_one(&target, FIRST_BYTES + i);
	fflush(stdout);
	fprintf(stderr, "open\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 0; i < n; i++)
		close(fds[i]);
	free(fds);
}
