// SPDX-License-Identifier: MIT
/*
 * A socket that one process makes and another connects: inherited by fork, or sent through a UNIX
 * socket. Usage: inherit fork|pass ADDR PORT. "inherit hidden ADDR PORT" leaves a pending attempt
 * in flight there, and waits to be killed.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

static void send_fd(int via, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = "", byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(via, &msg, 0) != 1)
		die("sendmsg");
}

static int receive_fd(int via)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd;

	if (recvmsg(via, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void connect_and_tell(int fd, const struct target *target)
{
	if (connect_to(fd, target))
		die("connect");
	expect_result(fd, target, 0);
	_exit(0);
}

static void await_child(void)
{
	int status;

	if (wait(&status) < 0 || status)
		die("the child failed");
}

static void by_fork(const struct target *target)
{
	int fd = socket_for(target, 0);

	if (fork() == 0)
		connect_and_tell(fd, target);
}

/* The receiver is there before the socket is, so it cannot have inherited it. */
static void by_message(const struct target *target)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	if (fork() == 0)
		connect_and_tell(receive_fd(pair[1]), target);
	send_fd(pair[0], socket_for(target, 0));
}

static void hide(const struct target *target)
{
	int fd = socket_for(target, SOCK_NONBLOCK), pair[2];

	if (!connect_to(fd, target) || errno != EINPROGRESS ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("connect");
	send_fd(pair[0], fd);
	close(fd);
	pause();
}

int main(int argc, char **argv)
{
	struct target target;

	if (argc != 4)
		die("usage: inherit fork|pass|hidden ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	if (!strcmp(argv[1], "hidden"))
		hide(&target);
	else if (!strcmp(argv[1], "fork"))
		by_fork(&target);
	else
		by_message(&target);
	await_child();
}
