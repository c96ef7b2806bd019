// SPDX-License-Identifier: MIT
/*
 * A process that becomes what it is step by step, and makes attempts between the steps. Usage:
 * steps ADDR STEP...; STEP:
 *   try:PORT          an attempt that is refused
 *   keep:PORT         a connection that stays, over an exec as well, until the process ends
 *   exec:PATH         another program, which takes the next steps: this one, by another name
 *   exec-thread:PATH  likewise; a second thread does it
 *   memfd:NAME        likewise, a copy of this one in a memfd
 *   thread:NAME       the first thread ends, another of this name takes the next steps
 *   fork:             a child takes the next steps; this one waits
 *   orphan:           likewise, and once this one has ended
 *   again:N PORT      an attempt by each of so many execs of this program
 *   through:N PORT    an attempt in each of so many new cgroups below the one of the last cgroup:
 *   remove:PATH       a file, or an empty directory
 *   cd:PATH root:PATH the working directory; the root
 *   detach:PATH       what is mounted there, as umount -l does
 *   cgroup:PATH       into this cgroup
 *   user:UID          all user ids; euser:UID: the effective one
 *   login:UID         the login uid
 *   host:NAME         a UTS namespace of its own, where this is the host's name
 *   name:NAME         this thread's name
 *   tell:PATH         makes this file; await:PATH: until there is this file
 * It is linked statically: it starts fast, under any root.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define POLL_US	      5000
#define AWAIT_SECONDS 60

extern char **environ;

static const char *address;
static const char *cgroup_path; /* of the last step of that kind */
static char **next;		/* the steps to be taken, NULL behind them */

static void take_steps(void);

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		die("%s", path);
}

static void try_to(const char *port)
{
	struct target target = target_parse(address, port, false);
	int fd = socket_for(&target, 0);

	demand("connect", connect_to(fd, &target) ? errno : 0, ECONNREFUSED);
	expect_result(fd, &target, ECONNREFUSED);
	close(fd);
}

static void keep(const char *port)
{
	struct target target = target_parse(address, port, false);
	int fd = socket_for(&target, 0);

	demand("connect", connect_to(fd, &target) ? errno : 0, 0);
	expect_result(fd, &target, 0);
	fcntl(fd, F_SETFD, 0);
}

/* What takes the steps that are left; first: its name. */
static char **arguments(const char *first)
{
	static char *args[128];
	size_t n = 0;

	args[n++] = (char *)first;
	args[n++] = (char *)address;
	for (char **step = next; *step; step++) {
		if (n == sizeof(args) / sizeof(args[0]) - 1)
			die("too many steps");
		args[n++] = *step;
	}
	args[n] = NULL;
	return args;
}

static void exec_path(const char *path)
{
	execv(path, arguments(path));
	die("%s", path);
}

/* N and PORT of a step. None of its attempts is expected: there are too many. */
static int count_of(const char *arg, char port[8])
{
	int n;

	if (sscanf(arg, "%d %7[0-9]", &n, port) != 2)
		die("not N PORT: %s", arg);
	return n;
}

static void attempt(const char *port)
{
	struct target target = target_parse(address, port, false);
	int fd = socket_for(&target, 0);

	demand("connect", connect_to(fd, &target) ? errno : 0, ECONNREFUSED);
	close(fd);
}

static void exec_again(const char *arg)
{
	char port[8], step[64], path[4096] = "";
	int n = count_of(arg, port);

	attempt(port);
	if (n == 1)
		return;
	snprintf(step, sizeof(step), "again:%d %s", n - 1, port);
	*--next = step;
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		die("/proc/self/exe");
	exec_path(path);
}

static void *exec_in_thread(void *path)
{
	prctl(PR_SET_NAME, "second thread");
	exec_path(path);
	return NULL;
}

static void exec_thread(const char *path)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_in_thread, (void *)path))
		die("pthread_create");
	pthread_join(thread, NULL);
	die("the exec did not end this thread");
}

static void exec_memfd(const char *name)
{
	int from = open("/proc/thread-self/exe", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create(name, MFD_CLOEXEC);
	struct stat file;

	if (from < 0 || fstat(from, &file) || fd < 0)
		die("memfd_create");
	while (file.st_size > 0) {
		ssize_t n = sendfile(fd, from, NULL, file.st_size);

		if (n <= 0)
			die("sendfile");
		file.st_size -= n;
	}
	fexecve(fd, arguments(name), environ);
	die("fexecve");
}

/* Until the first thread is a zombie. */
static void await_leader(void)
{
	char path[64], text[512], *end;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	do {
		usleep(POLL_US);
		stat = fopen(path, "re");
		if (!stat || !fgets(text, sizeof(text), stat))
			die("%s", path);
		fclose(stat);
		end = strrchr(text, ')');
	} while (!end || end[2] != 'Z');
}

static void *go_on(void *name)
{
	prctl(PR_SET_NAME, name);
	await_leader();
	take_steps();
	exit(0);
	return NULL;
}

static void leave_to_thread(const char *name)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, go_on, (void *)name))
		die("pthread_create");
	pthread_exit(NULL);
}

static void leave_to_child(const char *unused)
{
	pid_t child = fork();
	int status;

	(void)unused;
	if (child < 0)
		die("fork");
	if (!child)
		return;
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* The case cannot wait for the orphan but by its output: see await_orphan() there. */
static void leave_to_orphan(const char *unused)
{
	pid_t parent = getpid(), child = fork();

	(void)unused;
	if (child < 0)
		die("fork");
	if (child)
		_exit(0);
	while (getppid() == parent)
		usleep(POLL_US);
}

static void remove_path(const char *path)
{
	if (remove(path))
		die("%s", path);
}

static void cd(const char *path)
{
	if (chdir(path))
		die("%s", path);
}

static void root(const char *path)
{
	if (chroot(path) || chdir("/"))
		die("%s", path);
}

static void detach(const char *path)
{
	if (umount2(path, MNT_DETACH))
		die("umount2 %s", path);
}

static void write_procs(const char *path)
{
	char procs[PATH_MAX];

	if (snprintf(procs, sizeof(procs), "%s/cgroup.procs", path) >= (int)sizeof(procs))
		die("%s is too long", path);
	write_to(procs, "0");
}

static void move_to_cgroup(const char *path)
{
	write_procs(path);
	cgroup_path = path;
}

/* One after the other: each is removed when this process is in the next. */
static void through_cgroups(const char *arg)
{
	char port[8], path[2][PATH_MAX];
	int n = count_of(arg, port);

	for (int i = 0; i < n; i++) {
		snprintf(path[i % 2], PATH_MAX, "%s/%0200d", cgroup_path, i);
		if (mkdir(path[i % 2], 0755))
			die("%s", path[i % 2]);
		write_procs(path[i % 2]);
		if (i)
			remove_path(path[(i - 1) % 2]);
		attempt(port);
	}
	write_procs(cgroup_path);
	remove_path(path[(n - 1) % 2]);
}

static void all_users(const char *uid)
{
	if (setresuid(atoi(uid), atoi(uid), atoi(uid)))
		die("setresuid");
}

static void effective_user(const char *uid)
{
	if (setresuid(-1, atoi(uid), -1))
		die("setresuid");
}

static void login(const char *uid)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, uid, strlen(uid)) < 0)
		unable("/proc/self/loginuid");
	close(fd);
}

static void host(const char *name)
{
	if (unshare(CLONE_NEWUTS) || sethostname(name, strlen(name)))
		die("sethostname");
}

static void take_name(const char *name)
{
	if (prctl(PR_SET_NAME, name))
		die("PR_SET_NAME");
}

static void tell(const char *path)
{
	write_to(path, "");
}

static void await_path(const char *path)
{
	for (int left = AWAIT_SECONDS * (1000000 / POLL_US); access(path, F_OK); left--) {
		if (!left)
			die("there is no %s", path);
		usleep(POLL_US);
	}
}

static const struct {
	const char *name;
	void (*take)(const char *arg);
} steps[] = {
	{"try", try_to},
	{"keep", keep},
	{"exec", exec_path},
	{"exec-thread", exec_thread},
	{"memfd", exec_memfd},
	{"thread", leave_to_thread},
	{"fork", leave_to_child},
	{"orphan", leave_to_orphan},
	{"remove", remove_path},
	{"cd", cd},
	{"root", root},
	{"detach", detach},
	{"cgroup", move_to_cgroup},
	{"user", all_users},
	{"euser", effective_user},
	{"login", login},
	{"host", host},
	{"name", take_name},
	{"again", exec_again},
	{"through", through_cgroups},
	{"tell", tell},
	{"await", await_path},
};

static void take(const char *step)
{
	const char *colon = strchr(step, ':');

	for (size_t i = 0; colon && i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strlen(steps[i].name) == (size_t)(colon - step) &&
		    !strncmp(steps[i].name, step, colon - step)) {
			steps[i].take(colon + 1);
			return;
		}
	die("there is no step %s", step);
}

static void take_steps(void)
{
	while (*next) {
		next++;
		take(next[-1]);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage: steps ADDR STEP...");
	address = argv[1];
	next = argv + 2;
	expect_ancestors();
	who_open();
	take_steps();
}
