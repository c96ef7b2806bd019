// SPDX-License-Identifier: MIT
/*
 * Processes that have very many descriptors together, none of which is a socket, until standard
 * input ends. Usage: descriptors N. Each process has as many as it may have. Says "open" on stderr
 * once they have all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define EACH_MAX      1000000 /* below fs.nr_open, unless that was set */
#define OTHERS	      10      /* what it has besides */
#define PROCESSES_MAX 200

/* The child is ready when this returns. */
static void fork_with(int n, int fd)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		die("pipe");
	if (fork() == 0) {
		while (n-- > 0)
			if (dup(fd) < 0)
				die("dup");
		if (write(ready[1], "x", 1) != 1)
			die("write");
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("a process failed");
	close(ready[0]);
}

int main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 0, fd = open("/dev/null", O_RDONLY), each;

	if (n <= 0 || fd < 0)
		die("usage: descriptors N");
	each = allow_descriptors(EACH_MAX) - OTHERS;
	if (n / each > PROCESSES_MAX)
		unable("a process may not have more than %d descriptors", each);
	for (; n > 0; n -= each)
		fork_with(n < each ? n : each, fd);
	fprintf(stderr, "open\n");
	while (wait(NULL) > 0)
		;
}
