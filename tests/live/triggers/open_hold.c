// SPDX-License-Identifier: MIT
/* Ways in which a process holds a connection, or does not. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "open.h"

#define DESCRIPTORS 1024

/* --- processes that live as long as this one */

/* Nothing is ever written here; it ends when this process does. */
static int life[2] = {-1, -1};

/* Closes all but these, and the standard streams. */
static void keep_only(int fd, int other)
{
	for (int i = STDERR_FILENO + 1; i < DESCRIPTORS; i++)
		if (i != fd && i != other && i != life[0])
			close(i);
}

/* The other end of the pipe waits until there is no more to come. */
static void await_end(int fd)
{
	char byte;

	if (read(fd, &byte, 1))
		die("read");
}

static void live(void)
{
	await_end(life[0]);
}

static void *live_in_thread(void *unused)
{
	live();
	_exit(0);
	return unused;
}

/* Only the leader of the process has ended. */
static void live_without_leader(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, live_in_thread, NULL))
		die("pthread_create");
	syscall(SYS_exit, 0);
}

/* A process that has no socket but this one, from when this returns. */
static pid_t fork_holder(int fd, void (*and_live)(void))
{
	int ready[2];
	pid_t pid;

	if ((life[0] < 0 && pipe(life)) || pipe(ready))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		keep_only(fd, ready[1]);
		close(ready[1]);
		and_live();
		_exit(0);
	}
	close(ready[1]);
	await_end(ready[0]);
	close(ready[0]);
	return pid;
}

static void hand_on(struct end *end, void (*and_live)(void))
{
	end->pid = fork_holder(end->fd, and_live);
	end->elsewhere = true;
	close(end->fd);
}

static void inherited(void)
{
	struct ends ends = connected(PORT);

	fork_holder(ends.out->fd, live);
	fork_holder(ends.in->fd, live);
	fork_holder(ends.in->fd, live);
	ends.out->holders = 2;
	ends.in->holders = 3;
}

static void handed_on(void)
{
	struct ends ends = connected(PORT);

	hand_on(ends.out, live);
	hand_on(ends.in, live);
}

static bool is_zombie(pid_t pid)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		die("%s", path);
	fclose(file);
	return state == 'Z';
}

static void leader_gone(void)
{
	struct ends ends = connected(PORT);

	hand_on(ends.out, live_without_leader);
	while (!is_zombie(ends.out->pid))
		usleep(1000);
}

/* --- descriptors */

static void duplicated(void)
{
	struct ends ends = connected(PORT);

	if (dup(ends.out->fd) < 0 || dup(ends.in->fd) < 0 || dup(ends.in->fd) < 0)
		die("dup");
}

/* Open, but no connection. */
static void unconnected(void)
{
	struct target target = target_parse("127.0.0.1", "0", false);

	socket_for(&target, 0);
	bind_to(socket_for(&target, 0), &target);
}

/* What it is to have, and how to tell that it has nothing else. */
struct table {
	int fd, ready;
};

static void *own_table(void *arg)
{
	struct table *table = arg;

	if (unshare(CLONE_FILES))
		die("unshare of descriptors");
	keep_only(table->fd, table->ready);
	if (write(table->ready, "x", 1) != 1)
		die("write");
	close(table->ready);
	for (;;)
		pause();
	return NULL;
}

/* Of a process's threads, one has a table of its own. */
static void thread_alone(void)
{
	static struct table table;
	struct ends ends = connected(PORT);
	pthread_t thread;
	int ready[2];
	char byte;

	if (pipe(ready))
		die("pipe");
	table = (struct table){ends.out->fd, ready[1]};
	if (pthread_create(&thread, NULL, own_table, &table) || read(ready[0], &byte, 1) != 1)
		die("thread");
	close(ready[0]);
	close(ready[1]);
	close(ends.out->fd);
	ends.out->elsewhere = true;
}

/* --- held by no process */

static void send_away(struct end *end)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2];

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &end->fd, sizeof(int));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || sendmsg(pair[0], &msg, 0) != 1)
		die("SCM_RIGHTS");
	close(end->fd);
	unheld(end);
}

/* In a message that nobody has read. */
static void sent(void)
{
	struct ends ends = connected(PORT);

	send_away(ends.out);
	send_away(ends.in);
}

static void registered(void)
{
	struct io_uring_params params = {};
	struct ends ends = connected(PORT);
	int fds[2] = {ends.out->fd, ends.in->fd};
	int ring = syscall(SYS_io_uring_setup, 1, &params);

	if (ring < 0)
		unable("io_uring_setup");
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, fds, 2))
		die("IORING_REGISTER_FILES");
	close(fds[0]);
	close(fds[1]);
	unheld(ends.out);
	unheld(ends.in);
}

/* Nobody has called accept(2) yet. */
static void queued(void)
{
	struct target target = target_parse("127.0.0.1", "0", false);
	int out;
	struct end *end, *in;

	listen_at(&target);
	out = socket_for(&target, 0);
	demand("queued", connect_to(out, &target) ? errno : 0, 0);
	end = end_of(out, "out", TCP_ESTABLISHED);
	if (write(out, "hello", 5) != 5)
		die("write");
	end->sent = 5;
	in = end_of(out, "in", TCP_ESTABLISHED);
	in->local = end->peer;
	in->peer = end->local;
	in->received = 5;
	unheld(in);
}

/* --- a network namespace that no process is in */

static void lo_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		die("lo");
	close(fd);
}

static void nobodys_netns(void)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	struct target target = target_parse("127.0.0.1", PORT, false);
	int listener;

	if (home < 0 || unshare(CLONE_NEWNET))
		die("unshare");
	lo_up();
	listener = listen_at(&target);
	connect_both(socket_for(&target, 0), listener, &target);
	if (setns(home, CLONE_NEWNET))
		die("setns");
	close(home);
}

/* The processes first: a thread's table is its own, and nobody's namespace is left again. */
const struct way ways_to_hold[] = {
	{"inherited", inherited},
	{"handed-on", handed_on},
	{"leader-gone", leader_gone},
	{"duplicated", duplicated},
	{"unconnected", unconnected},
	{"thread-alone", thread_alone},
	{"sent", sent},
	{"registered", registered},
	{"queued", queued},
	{"nobodys-netns", nobodys_netns},
	{},
};
