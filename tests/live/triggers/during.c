// SPDX-License-Identifier: MIT
/*
 * Refused connections, one after the other, until it is told to end by SIGTERM. For each it prints
 * the source port, and the wall clock in ns just before and just after: whoever was watching all
 * that time must have seen it. Usage: during ADDR PORT.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "trigger.h"

/* As often as it takes for some to fall into every moment of interest. */
#define PAUSE_US 200

static volatile sig_atomic_t ended;

static void on_signal(int signo)
{
	(void)signo;
	ended = 1;
}

static void print_time(const char *key)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf(",\"%s\":{\"s\":%lld,\"ns\":%ld}", key, (long long)now.tv_sec, now.tv_nsec);
}

static void connect_once(const struct target *target)
{
	struct sockaddr_storage local;
	int fd = socket_for(target, 0);
	struct sockaddr_storage any = {.ss_family = target->addr.ss_family};

	/* After a refusal the port is no longer told. */
	if (bind(fd, (struct sockaddr *)&any, target->len) || !local_of(fd, &local))
		die("bind");
	printf("{\"port\":%u", port_of(&local));
	print_time("before");
	if (!connect_to(fd, target) || errno != ECONNREFUSED)
		die("connect");
	print_time("after");
	puts("}");
	close(fd);
}

int main(int argc, char **argv)
{
	struct target target;

	if (argc != 3)
		die("usage: during ADDR PORT");
	target = target_parse(argv[1], argv[2], false);
	signal(SIGTERM, on_signal);
	while (!ended) {
		connect_once(&target);
		usleep(PAUSE_US);
	}
	return fflush(stdout) ? 1 : 0;
}
