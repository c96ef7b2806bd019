// SPDX-License-Identifier: MIT
/*
 * connect(2) while a second thread changes what it was given. Usage: moving WHAT COUNT ADDR PORT
 * OTHER_PORT; WHAT:
 *   port        the port in the sockaddr, between PORT and OTHER_PORT
 *   family      its family, between the right one and one that no socket has
 *   descriptor  what the descriptor names, between a TCP socket and a UDP socket
 * Prints a line for each call: process id, source port, destination port, errno, by tabs; ports are
 * 0 where there are none. Connections are closed by a RST, so that no port is kept.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static struct target target; /* what the second thread changes */
static struct target targets[2];
static int fds[2], shared_fd = -1;
static atomic_bool begun, over;

/* Each of the two on a CPU of its own, or they would take turns and nothing change during a call.
 */
static void stay_on_cpu(int n)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(n, &cpus);
	/* On one CPU alone there is nothing to choose. */
	if (sched_setaffinity(0, sizeof(cpus), &cpus) && errno != EINVAL)
		die("sched_setaffinity");
}

/* On a busy machine all calls could be over before the second thread has had its first turn. */
static void begin(void)
{
	stay_on_cpu(1);
	begun = true;
}

static void *move_port(void *arg)
{
	volatile uint16_t *port = &((struct sockaddr_in *)&target.addr)->sin_port;
	uint16_t ports[] = {htons(port_of(&targets[0].addr)), htons(port_of(&targets[1].addr))};

	begin();
	/* Now and then longer at one of them, so that calls are not all cut at the same place. */
	for (unsigned int i = 0; !over; i++)
		for (unsigned int n = 0; n <= (i & 15); n++)
			*port = ports[i & 1];
	return arg;
}

static void *move_family(void *arg)
{
	volatile sa_family_t *family = &target.addr.ss_family;
	sa_family_t right = *family;

	begin();
	for (unsigned int i = 0; !over; i++)
		for (unsigned int n = 0; n <= (i & 15); n++)
			*family = i & 1 ? AF_UNIX : right;
	return arg;
}

static void *move_descriptor(void *arg)
{
	begin();
	for (unsigned int i = 0; !over; i++)
		if (dup2(fds[i & 1], shared_fd) < 0)
			die("dup2");
	return arg;
}

static void tell(int fd, int err)
{
	struct target peer = {.len = sizeof(peer.addr)};
	struct sockaddr_storage local;
	unsigned int sport = local_of(fd, &local) ? port_of(&local) : 0;

	if (getpeername(fd, (struct sockaddr *)&peer.addr, &peer.len))
		memset(&peer, 0, sizeof(peer));
	printf("%d\t%u\t%u\t%s\n", getpid(), sport, port_of(&peer.addr),
	       err ? strerrorname_np(err) : "");
}

static void once(bool by_descriptor)
{
	struct linger linger = {.l_onoff = 1};
	int fd = socket_for(&targets[0], 0), err;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (by_descriptor) {
		int before = dup2(fd, fds[0]);

		if (before < 0)
			die("dup2");
		err = connect_to(shared_fd, &target) ? errno : 0;
		close(fd);
		/* It may have been the UDP socket, which always succeeds, or an earlier TCP one. */
		tell(fds[0], err);
		return;
	}
	err = connect_to(fd, &target) ? errno : 0;
	tell(fd, err);
	close(fd);
}

int main(int argc, char **argv)
{
	bool by_descriptor = argc > 1 && !strcmp(argv[1], "descriptor");
	pthread_t thread;
	int count;

	if (argc != 6)
		die("usage: moving port|family|descriptor COUNT ADDR PORT OTHER_PORT");
	count = atoi(argv[2]);
	targets[0] = target = target_parse(argv[3], argv[4], false);
	targets[1] = target_parse(argv[3], argv[5], false);
	fds[0] = socket_for(&target, 0);
	fds[1] = socket(target.addr.ss_family, SOCK_DGRAM, 0);
	shared_fd = dup(fds[1]);
	if (pthread_create(&thread, NULL,
			   by_descriptor	      ? move_descriptor
			   : !strcmp(argv[1], "port") ? move_port
						      : move_family,
			   NULL))
		die("pthread_create");
	stay_on_cpu(0);
	while (!begun)
		sched_yield();
	for (int i = 0; i < count; i++)
		once(by_descriptor);
	over = true;
	pthread_join(thread, NULL);
	/* Closing the last TCP socket is the end of what the record shows. */
	close(shared_fd);
	close(fds[0]);
}
