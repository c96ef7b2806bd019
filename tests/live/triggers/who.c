// SPDX-License-Identifier: MIT
/*
 * Who this process is, as /proc has it: the second witness of what the kernel side reads. Like
 * that, most of it is read at an image's first attempt; an exec or a fork makes another image.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trigger.h"

/* The inode numbers of the initial namespaces are fixed: PROC_UTS_INIT_INO of linux/proc_ns.h. */
#define UTS_INIT_INO	4026531838u
#define UNSET		4294967295ll
#define ANCESTORS_SHOWN 6
#define ANCESTOR_SIZE	128

static const char deleted_end[] = " (deleted)";
static const char memfd_begin[] = "/memfd:";

static struct {
	pid_t pid; /* 0: nothing is known yet */
	char exe[PATH_MAX + sizeof(deleted_end)], cwd[PATH_MAX + sizeof(deleted_end)];
	bool exe_deleted, cwd_deleted;
	long long real_uid, login_uid, session_id;
	char hostname[256];
	char ancestors[ANCESTORS_SHOWN * ANCESTOR_SIZE];
	bool ancestors_known;
} image;

static bool with_ancestors, image_unseen;

void expect_ancestors(void)
{
	with_ancestors = true;
}

void expect_image_unseen(void)
{
	image_unseen = true;
}

/* A descriptor of it is of use under another root as well. */
static int proc_directory(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die("/proc");
	return fd;
}

void who_open(void)
{
	proc_directory();
}

/* The first bytes of a file of /proc, as a string; empty if it cannot be read. */
static void read_proc(const char *name, char *text, size_t size)
{
	int fd = openat(proc_directory(), name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = 0;
	if (fd >= 0)
		close(fd);
}

static long long proc_number(const char *name)
{
	char text[32];

	read_proc(name, text, sizeof(text));
	return *text ? atoll(text) : UNSET;
}

static void cut_end(char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	if (len >= end_len && !strcmp(text + len - end_len, end))
		text[len - end_len] = 0;
}

/*
 * /proc has a path below the root of this process. LIVE_ROOT is that root, where all of the suite
 * is in a chroot; a memfd is below none.
 */
static void put_root(char *path, size_t size)
{
	const char *root = getenv("LIVE_ROOT");
	size_t len = root ? strlen(root) : 0, rest = strlen(path) + 1;

	if (!len || *path != '/' || !strncmp(path, memfd_begin, strlen(memfd_begin)) ||
	    len + rest > size)
		return;
	memmove(path + len, path, rest);
	memcpy(path, root, len);
}

/* A path, without what the kernel puts behind that of a file that has no name any more. */
static void read_path(const char *link, char *path, size_t size, bool *ret_deleted)
{
	ssize_t n = readlinkat(proc_directory(), link, path, size - 1);
	struct stat file = {.st_nlink = 1};

	path[n > 0 ? n : 0] = 0;
	put_root(path, size);
	fstatat(proc_directory(), link, &file, 0);
	*ret_deleted = !file.st_nlink;
	if (*ret_deleted)
		cut_end(path, deleted_end);
}

static void read_hostname(void)
{
	struct stat ns;

	*image.hostname = 0;
	if (!fstatat(proc_directory(), "thread-self/ns/uts", &ns, 0) && ns.st_ino != UTS_INIT_INO)
		gethostname(image.hostname, sizeof(image.hostname));
}

/* The parent's and the name of a process; returns 0 if there is none of this id. */
static pid_t parent_of(pid_t pid, char *name, size_t size)
{
	char path[32], stat[512], *begin, *end;
	int parent = 0;

	snprintf(path, sizeof(path), "%d/stat", pid);
	read_proc(path, stat, sizeof(stat));
	begin = strchr(stat, '(');
	end = strrchr(stat, ')');
	if (!begin || !end || sscanf(end + 1, " %*c %d", &parent) != 1)
		return 0;
	*end = 0;
	snprintf(name, size, "%s", begin + 1);
	return parent;
}

/* Whether JSON can carry it as it is. */
static bool is_harmless(const char *name)
{
	for (const char *at = name; *at; at++)
		if (*at < 0x20 || *at == '"' || *at == '\\')
			return false;
	return is_plain(name);
}

/* Of one with another name, nothing is expected. */
static void read_ancestors(void)
{
	pid_t pid = getppid(), parent;
	size_t len = 0;

	*image.ancestors = 0;
	image.ancestors_known = true;
	for (int i = 0; i < ANCESTORS_SHOWN && pid; i++, pid = parent) {
		char name[64] = "";

		parent = parent_of(pid, name, sizeof(name));
		image.ancestors_known &= is_harmless(name);
		len += snprintf(image.ancestors + len, sizeof(image.ancestors) - len,
				"%s{\"pid\":%d,\"name\":\"%s\"}", i ? "," : "", pid, name);
	}
}

static void read_image(void)
{
	if (image.pid == getpid())
		return;
	image.pid = getpid();
	read_path("thread-self/exe", image.exe, sizeof(image.exe), &image.exe_deleted);
	read_path("thread-self/cwd", image.cwd, sizeof(image.cwd), &image.cwd_deleted);
	image.real_uid = getuid();
	image.login_uid = proc_number("thread-self/loginuid");
	image.session_id = proc_number("thread-self/sessionid");
	read_hostname();
	read_ancestors();
}

static void expect_text(const char *key, const char *value)
{
	if (!*value)
		expect_null(key);
	else
		expect_string(key, is_plain(value) ? value : "*");
}

static void expect_id(const char *key, long long value)
{
	if (value == UNSET)
		expect_null(key);
	else
		expect_int(key, value);
}

/* A memfd has a name, which may be empty, and no path. */
static void expect_executable(void)
{
	const char *memfd = NULL;

	if (!strncmp(image.exe, memfd_begin, strlen(memfd_begin)) && image.exe_deleted)
		memfd = image.exe + strlen(memfd_begin);
	expect_text("process.executable.path", memfd ? "" : image.exe);
	if (memfd)
		expect_string("tpconnect.process.executable.memfd", is_plain(memfd) ? memfd : "*");
	else
		expect_null("tpconnect.process.executable.memfd");
	if (image.exe_deleted && !memfd)
		expect_bool("tpconnect.process.executable.deleted", true);
	else if (!memfd)
		expect_null("tpconnect.process.executable.deleted");
}

/* The path behind the second colon of the line that has this behind the first one. */
static bool cgroup_of(const char *text, const char *controller, char *path, size_t size)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		char controllers[128] = "", found[PATH_MAX] = "";

		line += *line == '\n';
		if (sscanf(line, "%*d:%127[^:]:%4095[^\n]", controllers, found) != 2 &&
		    sscanf(line, "0::%4095[^\n]", found) != 1)
			continue;
		if (strcmp(controllers, controller))
			continue;
		snprintf(path, size, "%s", found);
		cut_end(path, deleted_end);
		return true;
	}
	return false;
}

void expect_cgroup(void)
{
	char text[4 * PATH_MAX], path[PATH_MAX] = "", path1[PATH_MAX];

	read_proc("thread-self/cgroup", text, sizeof(text));
	cgroup_of(text, "", path, sizeof(path));
	if ((!*path || !strcmp(path, "/")) && cgroup_of(text, "pids", path1, sizeof(path1)))
		snprintf(path, sizeof(path), "%s", path1);
	if (*path)
		expect_text("process.linux.cgroup", path);
}

void expect_who(void)
{
	if (image_unseen)
		return;
	read_image();
	expect_executable();
	expect_text("process.working_directory", image.cwd_deleted ? "" : image.cwd);
	expect_int("process.real_user.id", image.real_uid);
	expect_id("tpconnect.process.login_uid", image.login_uid);
	expect_id("tpconnect.process.session_id", image.session_id);
	expect_text("tpconnect.process.hostname", image.hostname);
	expect_cgroup();
	if (with_ancestors && image.ancestors_known)
		expect_array("ancestors", image.ancestors);
}

void expect_nobody(void)
{
	static const char *const keys[] = {
		"process.pid",
		"thread.id",
		"process.parent_pid",
		"process.executable.name",
		"thread.name",
		"process.user.id",
		"process.creation.time",
		"tpconnect.cgroup.id",
		"process.executable.path",
		"process.working_directory",
		"process.real_user.id",
		"tpconnect.process.login_uid",
		"tpconnect.process.session_id",
		"tpconnect.process.hostname",
		"tpconnect.process.ancestors",
		"tpconnect.process.exec_id",
		"process.linux.cgroup",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		expect_null(keys[i]);
}
