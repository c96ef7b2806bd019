// SPDX-License-Identifier: MIT
/*
 * Attempts that this host gives up while no answer has come. Usage: giveup HOW ADDR PORT;
 * HOW: close, shutdown, unspec (connect to AF_UNSPEC), exit, kill, kill-blocked (in connect).
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "trigger.h"

static void disconnect(int fd)
{
	struct sockaddr addr = {.sa_family = AF_UNSPEC};

	if (connect(fd, &addr, sizeof(addr)))
		die("connect to AF_UNSPEC");
}

static void give_up(int fd, const char *how)
{
	if (!strcmp(how, "close"))
		close(fd);
	else if (!strcmp(how, "shutdown"))
		shutdown(fd, SHUT_RDWR);
	else if (!strcmp(how, "unspec"))
		disconnect(fd);
	else if (!strcmp(how, "exit"))
		_exit(0);
	else if (!strcmp(how, "kill"))
		raise(SIGKILL);
	else
		die("%s is no way to give up", how);
}

static int blocked_fd;
static struct target blocked_target;

/* By now the other thread is in connect. */
static void *kill_later(void *arg)
{
	usleep(300000);
	expect_any_thread();
	expect_cancelled(blocked_fd, &blocked_target);
	raise(SIGKILL);
	return arg;
}

static void kill_blocked(const struct target *target)
{
	pthread_t thread;

	blocked_target = *target;
	blocked_fd = socket_for(target, 0);
	if (pthread_create(&thread, NULL, kill_later, NULL))
		die("pthread_create");
	connect_to(blocked_fd, target);
	die("connect came back");
}

int main(int argc, char **argv)
{
	struct target target;
	int fd;

	if (argc != 4)
		die("usage: giveup close|shutdown|unspec|exit|kill|kill-blocked ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	if (!strcmp(argv[1], "kill-blocked"))
		kill_blocked(&target);
	fd = socket_for(&target, SOCK_NONBLOCK);
	if (!connect_to(fd, &target) || errno != EINPROGRESS)
		die("connect: expected EINPROGRESS");
	expect_cancelled(fd, &target);
	give_up(fd, argv[1]);
}
