// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/doctor_build.h"
#include "util/array.h"
#include "util/cleanup.h"

struct tool {
	const char *name;
	const char *argv[10]; /* prints its version */
	const char *package;  /* Debian's */
	const char *oldest;   /* that meson.build takes; NULL: any, and no version is shown */
};

/* A header is found where the compiler finds it. */
#define HEADER(file)                                                                               \
	{                                                                                          \
		"cc", "-E", "-include", file, "-x", "c", "-o", "/dev/null", "/dev/null"            \
	}

static const struct tool tools[] = {
	{"build: C compiler", {"cc", "--version"}, "gcc", "0"},
	{"build: C library", HEADER("stdio.h"), "libc6-dev", NULL},
	{"build: bpftool", {"bpftool", "version"}, "bpftool", "7.1"},
	{"build: meson", {"meson", "--version"}, "meson", "1.0.0"},
	{"build: ninja", {"ninja", "--version"}, "ninja-build", "0"},
	{"build: libbpf", {"pkg-config", "--modversion", "libbpf"}, "libbpf-dev pkg-config", "1.1"},
	{"build: libelf", {"pkg-config", "--modversion", "libelf"}, "libelf-dev pkg-config", "0"},
	{"build: zlib", {"pkg-config", "--modversion", "zlib"}, "zlib1g-dev pkg-config", "0"},
	{"build: zstd", {"pkg-config", "--modversion", "libzstd"}, "libzstd-dev pkg-config", "0"},
	{"build: libseccomp",
	 {"pkg-config", "--modversion", "libseccomp"},
	 "libseccomp-dev pkg-config",
	 "2.5"},
	{"build: uthash", HEADER("uthash.h"), "uthash-dev", NULL},
};

#define CLANG_OLDEST "14"

_Static_assert(ARRAY_SIZE(tools) < DOCTOR_BUILD_MAX, "raise DOCTOR_BUILD_MAX");

/* Starts argv with its output going to fd and nothing else of ours. Returns the pid or -errno. */
static pid_t start(const char *const argv[], int fd)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error ? -error : pid;
}

/*
 * The first line that argv prints. Returns 0; or -errno if argv could not be run, -ECHILD if it did
 * not exit with 0.
 */
static int run(const char *const argv[], char *line, size_t size)
{
	_cleanup_fclose_ FILE *output = NULL;
	int ends[2], status = -1;
	pid_t pid;

	line[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = start(argv, ends[1]);
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (output && fgets(line, (int)size, output))
		while (getc(output) != EOF)
			; /* to the end, or the program could die of a closed pipe */
	line[strcspn(line, "\n")] = '\0';
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return pid;
	return status ? -ECHILD : 0;
}

/*
 * "Debian clang version 14.0.6" -> "14.0.6"; the last one, because compilers name their package's
 * version before their own. A line without any gives its first word.
 */
static const char *version_in(char *line)
{
	const char *version = line;
	char *rest = NULL;

	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		word += *word == 'v';
		if (isdigit((unsigned char)*word) && strchr(word, '.'))
			version = word;
	}
	return version;
}

/* Returns whether the version that was found will do; else the row says what would. */
static bool new_enough(struct check_result *row, const char *version, const char *oldest)
{
	if (strverscmp(version, oldest) >= 0)
		return true;
	row->status = CHECK_WARN;
	snprintf(row->found, sizeof(row->found), "%.48s, older than %s", version, oldest);
	snprintf(row->advice, sizeof(row->advice),
		 "too old for building only: build on Debian 12 or newer with STATIC=1, and copy "
		 "it");
	return false;
}

static void look_at_tool(const struct tool *tool, struct check_result *row)
{
	char line[256];
	const char *version;

	*row = (struct check_result){.name = tool->name};
	if (run(tool->argv, line, sizeof(line)) == 0) {
		version = tool->oldest ? version_in(line) : "found";
		if (!tool->oldest || new_enough(row, version, tool->oldest))
			snprintf(row->found, sizeof(row->found), "%.90s", version);
		return;
	}
	row->status = CHECK_WARN;
	snprintf(row->found, sizeof(row->found), "not found");
	snprintf(row->advice, sizeof(row->advice),
		 "needed for building only: ./scripts/setup.sh, or install %s", tool->package);
}

static void look_at_clang(struct check_result *row)
{
	const char *chosen = getenv("CLANG"), *clang = chosen && *chosen ? chosen : "clang";
	const char *const version[] = {clang, "--version", NULL};
	const char *const compile[] = {clang, "-target", "bpf", "-S",	     "-x",
				       "c",   "-o",	 "-",	"/dev/null", NULL};
	char line[256], ignored[256];
	const char *found;

	*row = (struct check_result){.name = "build: clang", .status = CHECK_WARN};
	if (run(version, line, sizeof(line)) < 0) {
		snprintf(row->found, sizeof(row->found), "%.64s: not found", clang);
		snprintf(row->advice, sizeof(row->advice),
			 "needed for building only: ./scripts/setup.sh, or install clang");
	} else if (run(compile, ignored, sizeof(ignored)) < 0) {
		snprintf(row->found, sizeof(row->found), "%.64s: no BPF target", clang);
		snprintf(row->advice, sizeof(row->advice),
			 "needed for building only: name a clang that has one, CLANG=clang-14");
	} else if (new_enough(row, found = version_in(line), CLANG_OLDEST)) {
		row->status = CHECK_PASS;
		snprintf(row->found, sizeof(row->found), "%.64s, BPF target", found);
	}
}

/* bpftool is there on Debian, where only root's PATH leads. */
static void append_sbin_to_path(void)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *longer = NULL;

	if (asprintf(&longer, "%s:/usr/sbin", path ? path : "/usr/bin:/bin") < 0)
		longer = NULL;
	else
		setenv("PATH", longer, 1);
}

size_t doctor_look_at_build(struct check_result rows[static DOCTOR_BUILD_MAX])
{
	size_t n = 0;

	append_sbin_to_path();
	look_at_clang(&rows[n++]);
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		look_at_tool(&tools[i], &rows[n++]);
	return n;
}

static bool is_checkout(const char *directory)
{
	_cleanup_free_ char *build = NULL, *script = NULL;

	if (asprintf(&build, "%s/meson.build", directory) < 0)
		build = NULL;
	if (asprintf(&script, "%s/scripts/build.sh", directory) < 0)
		script = NULL;
	return build && script && access(build, R_OK) == 0 && access(script, R_OK) == 0;
}

bool doctor_in_checkout(void)
{
	char path[PATH_MAX] = "";
	char *slash;

	/* It is the checkout's, if its directory is the one for building below it. */
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) > 0)
		for (int up = 0; up < 2 && (slash = strrchr(path, '/')); up++)
			*slash = '\0';
	return is_checkout(".") || (*path && is_checkout(path));
}
