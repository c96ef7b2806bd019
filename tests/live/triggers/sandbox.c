// SPDX-License-Identifier: MIT
/*
 * connect(2) under seccomp. Usage: sandbox HOW ADDR PORT, where ADDR has a listener at PORT; HOW:
 *   nothing   what leaves no trace: fake success, EINPROGRESS that is not true, SIGSYS, and an
 * errno for what is no TCP socket or names no destination errnos    an errno, from the filter or
 * from a supervisor (SECCOMP_RET_USER_NOTIF) reused    an errno, for a socket that was connected
 * before, and for one that was refused absent    an errno, with an address in memory that nobody
 * has read: it cannot be known continue  a supervisor lets the call go on proxy     a supervisor
 * makes the connection itself, with the socket of its ward refused   likewise, and it is refused
 *   blocked   the filter comes while a call waits for its answer
 *   restart   likewise, and then a signal makes the call begin again: the filter denies that
 *   killed    the process is killed by one connect(2) while another one is pending
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct target target;

/* Returns the descriptor of the listener, with SECCOMP_FILTER_FLAG_NEW_LISTENER. */
static int filter_connect(uint32_t action, unsigned int flags)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = COUNT(filter), .filter = filter};
	int ret;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("PR_SET_NO_NEW_PRIVS");
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (ret < 0)
		unable("no seccomp");
	return ret;
}

static int connect_errno(int fd)
{
	return connect_to(fd, &target) ? errno : 0;
}

/* In a process of its own, as a filter is for good. */
static int in_child(void (*run)(uint32_t), uint32_t action)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		run(action);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
	return status;
}

/* --- nothing, errnos ------------------------------------------------------------------------- */

static void on_sigsys(int signal)
{
	(void)signal;
}

static void shows_nothing(uint32_t action)
{
	signal(SIGSYS, on_sigsys);
	filter_connect(action, 0);
	connect_errno(socket_for(&target, 0));
	connect_errno(socket_for(&target, SOCK_NONBLOCK));
}

static void no_attempt(uint32_t action)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/nonexistent"};
	int tcp = socket_for(&target, 0), connected = socket_for(&target, 0);

	demand("connect", connect_errno(connected), 0);
	expect_result(connected, &target, 0);
	filter_connect(action, 0);
	connect_errno(connected);
	connect_errno(-1);
	connect_errno(STDERR_FILENO);
	connect_errno(socket(AF_INET, SOCK_DGRAM, 0));
	connect_errno(socket(AF_INET6, SOCK_DGRAM, 0));
	connect_errno(socket(AF_UNIX, SOCK_STREAM, 0));
	connect(tcp, (struct sockaddr *)&un, sizeof(un));
	connect(tcp, NULL, 0);
	connect(tcp, (void *)8, target.len);
	connect(tcp, (struct sockaddr *)&target.addr, 15);
	connect(tcp, (struct sockaddr *)&target.addr, 129);
	connect(tcp, (struct sockaddr *)&target.addr, -1);
}

static void denied(uint32_t action)
{
	int fd = socket_for(&target, 0), want = action & SECCOMP_RET_DATA;

	if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE)
		want = ENOSYS; /* there is no tracer */
	filter_connect(action, 0);
	demand("connect", connect_errno(fd), want);
	expect_not_sent(&target, want);
	/* The socket is none the worse for it. */
	target = target_parse("127.0.0.1", "9", false);
	demand("connect", connect_errno(fd), want);
	expect_not_sent(&target, want);
}

static void reused(uint32_t action)
{
	struct sockaddr unspec = {.sa_family = AF_UNSPEC};
	int fd = socket_for(&target, 0), refused = socket_for(&target, 0);
	struct target nobody = target_parse("127.0.0.1", "9", false);

	demand("connect", connect_errno(fd), 0);
	expect_result(fd, &target, 0);
	if (connect(fd, &unspec, sizeof(unspec)))
		die("AF_UNSPEC");
	demand("connect", connect_to(refused, &nobody) ? errno : 0, ECONNREFUSED);
	expect_result(refused, &nobody, ECONNREFUSED);
	filter_connect(action, 0);
	demand("connect", connect_errno(fd), action & SECCOMP_RET_DATA);
	expect_not_sent(&target, action & SECCOMP_RET_DATA);
	demand("connect", connect_to(refused, &nobody) ? errno : 0, action & SECCOMP_RET_DATA);
	expect_not_sent(&nobody, action & SECCOMP_RET_DATA);
}

static void absent(uint32_t action)
{
	char path[] = "/tmp/tpconnect-sandbox-XXXXXX";
	int file = mkstemp(path), fd = socket_for(&target, 0);
	void *page;

	unlink(path);
	if (write(file, &target.addr, sizeof(target.addr)) != sizeof(target.addr))
		die("%s", path);
	page = mmap(NULL, sizeof(target.addr), PROT_READ, MAP_PRIVATE, file, 0);
	filter_connect(action, 0);
	connect(fd, page, target.len);
}

/* --- a supervisor ---------------------------------------------------------------------------- */

struct ward {
	int listener;
	struct seccomp_notif_resp answer;
	bool connects;
};

static void connect_for(const struct seccomp_notif *call, int want)
{
	int pidfd = syscall(SYS_pidfd_open, call->pid, 0);
	int fd = syscall(SYS_pidfd_getfd, pidfd, (int)call->data.args[0], 0);

	if (fd < 0)
		die("pidfd_getfd");
	/* It is not itself filtered: see supervised(). */
	demand("connect", connect_errno(fd), want);
	expect_result(fd, &target, want);
	close(fd);
}

static void supervise(struct ward *ward)
{
	struct seccomp_notif call = {};

	if (ioctl(ward->listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		die("NOTIF_RECV");
	if (ward->connects)
		connect_for(&call, -ward->answer.error);
	ward->answer.id = call.id;
	if (ioctl(ward->listener, SECCOMP_IOCTL_NOTIF_SEND, &ward->answer))
		die("NOTIF_SEND");
}

/* The listener's descriptor is taken out of the child by its number. */
static void supervised(struct seccomp_notif_resp answer, bool connects)
{
	struct ward ward = {.answer = answer, .connects = connects};
	int ready[2], status, number, err;
	pid_t pid;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (!pid) {
		int fd = socket_for(&target, 0), before = socket_for(&target, 0);

		/* So that the thread is known. */
		err = connect_errno(before);
		expect_result(before, &target, err);
		number = filter_connect(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
		if (write(ready[1], &number, sizeof(number)) != sizeof(number))
			die("write");
		err = connect_errno(fd);
		demand("supervised connect", err, -answer.error);
		if (answer.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE)
			expect_result(fd, &target, 0);
		else if (err && !connects)
			expect_not_sent(&target, err);
		_exit(0);
	}
	if (read(ready[0], &number, sizeof(number)) != sizeof(number))
		unable("no seccomp notification");
	ward.listener = syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0), number, 0);
	if (ward.listener < 0)
		unable("pidfd_getfd");
	supervise(&ward);
	if (waitpid(pid, &status, 0) != pid || status)
		die("the ward failed");
}

/* --- while a call waits ---------------------------------------------------------------------- */

static void on_signal(int signal)
{
	(void)signal;
}

static int waiting_fd;
static pthread_t main_thread;

static void *filter_later(void *arg)
{
	bool restart = arg;

	usleep(100000);
	filter_connect(SECCOMP_RET_ERRNO | EACCES, SECCOMP_FILTER_FLAG_TSYNC);
	if (restart)
		pthread_kill(main_thread, SIGUSR1);
	return NULL;
}

static void blocked(bool restart)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	pthread_t thread;

	sigaction(SIGUSR1, &action, NULL);
	main_thread = pthread_self();
	waiting_fd = socket_for(&target, 0);
	if (pthread_create(&thread, NULL, filter_later, restart ? &waiting_fd : NULL))
		die("pthread_create");
	demand("connect", connect_errno(waiting_fd), restart ? EACCES : 0);
	demand("result", socket_result(waiting_fd), 0);
	expect_result(waiting_fd, &target, 0);
	pthread_join(thread, NULL);
	demand("filtered", connect_errno(socket_for(&target, 0)), EACCES);
	expect_not_sent(&target, EACCES);
}

static void killed(uint32_t action)
{
	int fd = socket_for(&target, SOCK_NONBLOCK);

	demand("connect", connect_errno(fd), EINPROGRESS);
	expect_cancelled(fd, &target);
	filter_connect(action, 0);
	connect_errno(socket_for(&target, 0));
	die("not killed");
}

/* --------------------------------------------------------------------------------------------- */

static void run(const char *how)
{
	const struct seccomp_notif_resp go_on = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	const struct seccomp_notif_resp deny = {.error = -EHOSTDOWN}, success = {};
	const struct seccomp_notif_resp refused = {.error = -ECONNREFUSED};

	if (!strcmp(how, "nothing")) {
		in_child(shows_nothing, SECCOMP_RET_ERRNO | 0);
		in_child(shows_nothing, SECCOMP_RET_ERRNO | EINPROGRESS);
		in_child(shows_nothing, SECCOMP_RET_TRAP);
		in_child(no_attempt, SECCOMP_RET_ERRNO | EACCES);
		supervised(success, false);
	} else if (!strcmp(how, "errnos")) {
		in_child(denied, SECCOMP_RET_ERRNO | EACCES);
		in_child(denied, SECCOMP_RET_ERRNO | ENETUNREACH);
		in_child(denied, SECCOMP_RET_TRACE);
		supervised(deny, false);
	} else if (!strcmp(how, "reused")) {
		in_child(reused, SECCOMP_RET_ERRNO | EACCES);
	} else if (!strcmp(how, "absent")) {
		in_child(absent, SECCOMP_RET_ERRNO | EACCES);
	} else if (!strcmp(how, "continue")) {
		supervised(go_on, false);
	} else if (!strcmp(how, "proxy")) {
		supervised(success, true);
	} else if (!strcmp(how, "refused")) {
		target = target_parse("127.0.0.1", "9", false);
		for (int i = 0; i < 10; i++)
			supervised(refused, true);
	} else if (!strcmp(how, "blocked")) {
		blocked(false);
	} else if (!strcmp(how, "restart")) {
		blocked(true);
	} else if (!strcmp(how, "killed")) {
		if (!WIFSIGNALED(in_child(killed, SECCOMP_RET_KILL_PROCESS)))
			die("not killed");
		if (!WIFSIGNALED(in_child(killed, SECCOMP_RET_KILL_THREAD)))
			die("not killed");
	} else {
		die("there is no way %s", how);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: sandbox HOW ADDR PORT");
	target = target_parse(argv[2], argv[3], false);
	run(argv[1]);
}
