// SPDX-License-Identifier: MIT
/* What a process has left once it is confined. Each case is a child of its own, which tries. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confine/capabilities.h"
#include "confine/confine.h"
#include "confine/syscalls.h"
#include "unit/tree.h"
#include "util/array.h"

#define UID   65534
#define GID   65533
#define SPARE CAPABILITY(CAP_BPF)

static struct tree tree;
static char inside[64], outside[64];

/* For the child, whose asserts nobody would hear. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: not so: %s (%s)\n", __LINE__, #condition,        \
				strerror(errno));                                                  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)
#define MUST_FAIL(call, err) MUST((call) < 0 && errno == (err))

static int make(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_write(&tree, "/in/there", "x", 1);
	tree_write(&tree, "/out/there", "x", 1);
	snprintf(inside, sizeof(inside), "%s/in", tree.root);
	snprintf(outside, sizeof(outside), "%s/out", tree.root);
	return geteuid()
		       ? 0
		       : chmod(tree.root, 0755) || chown(inside, UID, GID) || chmod(outside, 0777);
}

static int remove_all(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

/* Runs it in a child, as root: who is not has little to give up. */
static void in_child(void (*run)(void))
{
	pid_t pid;
	int status;

	if (geteuid()) {
		print_message("skip: needs root\n");
		skip();
	}
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (!pid) {
		alarm(60);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What /proc says of this thread: the system calls that ask for it are not needed, nor allowed. */
static const char *status_line(const char *key)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	static char line[256];
	size_t len = strlen(key);

	MUST(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, len) && line[len] == ':') {
			fclose(file);
			return line + len + 1;
		}
	MUST(!"there is such a line");
	return NULL;
}

static unsigned long long status_of(const char *key, int base)
{
	return strtoull(status_line(key), NULL, base);
}

/* Real, effective, saved, and that of files. */
static bool all_are(const char *key, unsigned int id)
{
	char want[64];

	snprintf(want, sizeof(want), "\t%u\t%u\t%u\t%u\n", id, id, id, id);
	return !strcmp(status_line(key), want);
}

static int works(void *ctx)
{
	(void)ctx;
	return 0;
}

/* As before Linux 5.19. */
static int works_with_spare(void *ctx)
{
	(void)ctx;
	return status_of("CapEff", 16) & SPARE ? 0 : -EPERM;
}

static int works_never(void *ctx)
{
	(void)ctx;
	return -EACCES;
}

static struct confined confine_all(int (*does_work)(void *ctx))
{
	const struct landlock_place place = {inside, true};
	const struct confinement confinement = {
		.change_user = true,
		.uid = UID,
		.gid = GID,
		.places = &place,
		.n_places = 1,
		.works = does_work,
		.spare = SPARE,
	};
	struct confined done;
	struct error error;

	memset(&done, '#', sizeof(done));
	MUST(!confine(&confinement, &done, &error));
	MUST(!done.user_err && !done.bounding_err);
	return done;
}

static void must_have_no_more_than(unsigned long long capabilities)
{
	static const char *const sets[] = {"CapInh", "CapBnd", "CapAmb"};

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		MUST(status_of(sets[i], 16) == 0);
	MUST(status_of("CapPrm", 16) == capabilities && status_of("CapEff", 16) == capabilities);
	MUST(all_are("Uid", UID) && all_are("Gid", GID));
	MUST(strspn(status_line("Groups"), "\t ") == strlen(status_line("Groups")) - 1);
	MUST(status_of("NoNewPrivs", 10) == 1);
}

static void give_up_user_and_capabilities(void)
{
	gid_t group = 4;
	struct stat st;

	MUST(!setgroups(1, &group));
	MUST(!confine_all(works).kept);
	must_have_no_more_than(0);
	/* Files of a process that may not be dumped, nor traced, are root's. */
	MUST(!stat("/proc/self/status", &st) && st.st_uid == (SYSCALLS_FREE ? UID : 0));
}

static void user_and_capabilities_are_given_up(void **state)
{
	(void)state;
	in_child(give_up_user_and_capabilities);
}

static void keep_the_spare(void)
{
	MUST(confine_all(works_with_spare).kept == SPARE);
	must_have_no_more_than(SPARE);
}

static void a_spare_capability_is_kept_where_nothing_works_without(void **state)
{
	(void)state;
	in_child(keep_the_spare);
}

static void refuse(void)
{
	const struct confinement confinement = {.works = works_never, .spare = SPARE};
	struct confined done;
	struct error error;

	MUST(confine(&confinement, &done, &error) == -EACCES);
	MUST(strstr(error.text, "Permission denied"));
}

static void where_nothing_works_at_all_it_is_said(void **state)
{
	(void)state;
	in_child(refuse);
}

static void stay_who_it_is(void)
{
	const struct confinement confinement = {.works = works};
	struct confined done;
	struct error error;

	MUST(!confine(&confinement, &done, &error));
	MUST(getuid() == 0 && getgid() == 0);
	MUST(status_of("CapPrm", 16) == 0 && status_of("CapBnd", 16) == 0);
	MUST_FAIL(setuid(1), EPERM);
}

static void the_user_may_stay(void **state)
{
	(void)state;
	in_child(stay_who_it_is);
}

/* As in a container that has not got CAP_SETUID. */
static void may_not_change(void)
{
	const struct confinement confinement = {
		.change_user = true, .uid = UID, .gid = GID, .works = works};
	struct confined done;
	struct error error;

	MUST(!capabilities_keep(0));
	MUST(!confine(&confinement, &done, &error));
	MUST(done.user_err == -EPERM && done.bounding_err == -EPERM);
	MUST(getuid() == 0 && status_of("NoNewPrivs", 10) == 1);
}

static void who_may_not_change_its_user_is_told(void **state)
{
	(void)state;
	in_child(may_not_change);
}

static int open_in(const char *directory, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd;
}

static void try_files(void)
{
	struct confined done = confine_all(works);

	MUST(open_in(inside, "new", O_RDWR | O_CREAT | O_EXCL) >= 0);
	MUST(open_in("/proc/self", "status", O_RDONLY) >= 0);
	MUST_FAIL(open_in(inside, "there", O_RDWR), EACCES); /* it is root's */
	if (done.landlock < 0) {
		print_message("skip: no Landlock here: %s\n", strerror(-done.landlock));
		return;
	}
	MUST_FAIL(open_in(outside, "new", O_RDWR | O_CREAT), EACCES);
	MUST_FAIL(open_in("/etc", "passwd", O_RDONLY), EACCES);
	MUST_FAIL(open_in("/dev", "null", O_RDWR), EACCES);
	MUST_FAIL(open_in("/", ".", O_RDONLY | O_DIRECTORY), EACCES);
}

static void files_are_those_that_were_named(void **state)
{
	(void)state;
	in_child(try_files);
}

static int bpf(unsigned long command)
{
	union bpf_attr attr = {0};

	return (int)syscall(SYS_bpf, command, &attr, sizeof(attr));
}

static void *do_nothing(void *arg)
{
	return arg;
}

static void try_calls(void)
{
	static char *const argv[] = {(char *)"true", NULL};
	pthread_t thread;

	MUST(!confine_all(works_with_spare).syscalls_err);
	if (SYSCALLS_FREE) {
		print_message("skip: system calls are not restricted in a sanitized build\n");
		return;
	}
	MUST(status_of("Seccomp", 10) == 2);
	MUST_FAIL(socket(AF_INET, SOCK_STREAM, 0), EPERM);
	MUST_FAIL(socket(AF_UNIX, SOCK_STREAM, 0), EPERM);
	MUST_FAIL(execv("/bin/true", argv), EPERM);
	MUST_FAIL(fork(), EPERM);
	MUST_FAIL(chmod("/", 0), EPERM);
	MUST_FAIL(ioctl(0, TIOCSTI, ""), EPERM);
	MUST_FAIL(syscall(SYS_ptrace, 0, 0, 0, 0), EPERM);
	/* What the kernel itself has against these is another errno, with CAP_BPF. */
	MUST_FAIL(bpf(BPF_PROG_LOAD), EPERM);
	MUST_FAIL(bpf(BPF_MAP_CREATE), EPERM);
	MUST(bpf(BPF_OBJ_GET_INFO_BY_FD) < 0 && errno != EPERM);
	MUST(bpf(BPF_ITER_CREATE) < 0 && errno != EPERM);
	MUST(!pthread_create(&thread, NULL, do_nothing, NULL) && !pthread_join(thread, NULL));
}

static void calls_are_those_of_the_list(void **state)
{
	(void)state;
	in_child(try_calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_and_capabilities_are_given_up),
		cmocka_unit_test(a_spare_capability_is_kept_where_nothing_works_without),
		cmocka_unit_test(where_nothing_works_at_all_it_is_said),
		cmocka_unit_test(the_user_may_stay),
		cmocka_unit_test(who_may_not_change_its_user_is_told),
		cmocka_unit_test(files_are_those_that_were_named),
		cmocka_unit_test(calls_are_those_of_the_list),
	};

	return cmocka_run_group_tests(tests, make, remove_all);
}
