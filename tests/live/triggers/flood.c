// SPDX-License-Identifier: MIT
/*
 * Many connections, one after the other, from several processes, each closed by a RST so that no
 * port is kept. Usage: flood [-q] PROCESSES CONNECTIONS ADDR PORT; CONNECTIONS: of each process,
 * 0: until killed. -q prints no expectation. A refused connection is as good as an accepted one.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

static void connect_once(const struct target *target, bool quiet)
{
	struct linger linger = {.l_onoff = 1};
	int fd = socket_for(target, 0), err;

	err = connect_to(fd, target) ? errno : 0;
	if (err && err != ECONNREFUSED)
		die("connect");
	if (!quiet)
		expect_result(fd, target, err);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

int main(int argc, char **argv)
{
	bool quiet = argc > 1 && argv[1][0] == '-' && argv[1][1] == 'q';
	int processes, connections, status;
	struct target target;

	argv += quiet;
	if (argc - quiet != 5)
		die("usage: flood [-q] PROCESSES CONNECTIONS ADDR PORT");
	processes = atoi(argv[1]);
	connections = atoi(argv[2]);
	target = target_parse(argv[3], argv[4], false);
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			for (int n = 0; !connections || n < connections; n++)
				connect_once(&target, quiet);
			_exit(0);
		}
	for (int i = 0; i < processes; i++)
		if (wait(&status) < 0 || status)
			die("a process failed");
}
