// SPDX-License-Identifier: MIT
/*
 * Many processes, one after the other, each of which makes an attempt, executes itself anew, makes
 * another and ends: of N processes, twice as many images. Usage: crowd N ADDR PORT. Prints no
 * expectation.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

static struct target target;

static void attempt(void)
{
	connect_to(socket_for(&target, 0), &target);
}

/* As a crowd of none, which makes the other attempt. */
static void be_one(char **argv)
{
	attempt();
	execl("/proc/self/exe", "crowd", "0", argv[2], argv[3], NULL);
	die("exec");
}

int main(int argc, char **argv)
{
	int n;

	if (argc != 4)
		die("usage: crowd N ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	n = atoi(argv[1]);
	if (!n)
		attempt();
	for (; n > 0; n--) {
		pid_t pid = fork();
		int status;

		if (pid < 0)
			die("fork");
		if (!pid)
			be_one(argv);
		if (waitpid(pid, &status, 0) != pid || status)
			die("one of the crowd failed");
	}
	return 0;
}
