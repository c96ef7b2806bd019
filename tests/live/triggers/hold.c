// SPDX-License-Identifier: MIT
/*
 * Holds many attempts, or the connections that they become, until it is killed or its standard
 * input ends. Usage: hold N ADDR PORT. Says "holding" on stderr once all have begun; prints no
 * expectation.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trigger.h"

int main(int argc, char **argv)
{
	struct target target;
	char byte;

	if (argc != 4)
		die("usage: hold N ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	for (int n = atoi(argv[1]); n > 0; n--)
		if (connect_to(socket_for(&target, SOCK_NONBLOCK), &target) && errno != EINPROGRESS)
			die("connect");
	fprintf(stderr, "holding\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}
