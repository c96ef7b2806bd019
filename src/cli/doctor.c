// SPDX-License-Identifier: MIT
#define _GNU_SOURCE 1 /* asprintf, pipe2 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "cli/doctor.h"
#include "probe/features.h"
#include "util/cleanup.h"
#include "util/utf8.h"

#define EXIT_UNABLE 3

extern char **environ;

struct tool {
	const char *name;
	const char *argv[6]; /* prints its version */
	const char *package; /* Debian's */
};

static const struct tool tools[] = {
	{"build: C compiler", {"cc", "--version"}, "gcc"},
	{"build: bpftool", {"bpftool", "version"}, "bpftool"},
	{"build: meson", {"meson", "--version"}, "meson"},
	{"build: ninja", {"ninja", "--version"}, "ninja-build"},
	{"build: libbpf", {"pkg-config", "--modversion", "libbpf"}, "libbpf-dev pkg-config"},
	{"build: libelf", {"pkg-config", "--modversion", "libelf"}, "libelf-dev pkg-config"},
	{"build: zlib", {"pkg-config", "--modversion", "zlib"}, "zlib1g-dev pkg-config"},
};

#define TOOLS (sizeof(tools) / sizeof(tools[0]))

/* clang, and the libbpf that this very program is linked with, are looked at in their own way. */
#define ROWS_MAX (FEATURES_MAX + TOOLS + 2)

/* Start argv with its output going to fd and nothing else of ours. Returns the pid or -1. */
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
	return error ? -1 : pid;
}

/* The first line that argv prints. Returns 0 if it could be run and exited with 0, else -1. */
static int run(const char *const argv[], char *line, size_t size)
{
	_cleanup_fclose_ FILE *output = NULL;
	int ends[2], status = -1;
	pid_t pid;

	line[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = start(argv, ends[1]);
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (output && fgets(line, (int)size, output))
		while (getc(output) != EOF)
			; /* to the end, or the program could die of a closed pipe */
	line[strcspn(line, "\n")] = '\0';
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && status == 0 ? 0 : -1;
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

static void look_at_tool(const struct tool *tool, struct feature *row)
{
	char line[256];

	*row = (struct feature){.name = tool->name};
	if (run(tool->argv, line, sizeof(line)) == 0) {
		snprintf(row->found, sizeof(row->found), "%.90s", version_in(line));
		return;
	}
	row->status = FEATURE_WARN;
	snprintf(row->found, sizeof(row->found), "not found");
	snprintf(row->advice, sizeof(row->advice),
		 "needed for building only: ./scripts/setup.sh, or install %s", tool->package);
}

static void look_at_clang(struct feature *row)
{
	const char *clang = getenv("CLANG") && *getenv("CLANG") ? getenv("CLANG") : "clang";
	const char *const version[] = {clang, "--version", NULL};
	const char *const compile[] = {clang, "-target", "bpf", "-S",	     "-x",
				       "c",   "-o",	 "-",	"/dev/null", NULL};
	char line[256], ignored[256];

	*row = (struct feature){.name = "build: clang", .status = FEATURE_WARN};
	if (run(version, line, sizeof(line)) < 0) {
		snprintf(row->found, sizeof(row->found), "%.64s: not found", clang);
		snprintf(row->advice, sizeof(row->advice),
			 "needed for building only: ./scripts/setup.sh, or install clang");
	} else if (run(compile, ignored, sizeof(ignored)) < 0) {
		snprintf(row->found, sizeof(row->found), "%.64s: no BPF target", clang);
		snprintf(row->advice, sizeof(row->advice),
			 "needed for building only: name a clang that has one, CLANG=clang-14");
	} else {
		row->status = FEATURE_PASS;
		snprintf(row->found, sizeof(row->found), "%.64s, BPF target", version_in(line));
	}
}

static size_t look_at_tools(struct feature *rows)
{
	size_t n = 0;

	look_at_clang(&rows[n++]);
	for (size_t i = 0; i < TOOLS; i++)
		look_at_tool(&tools[i], &rows[n++]);
	rows[n] = (struct feature){.name = "linked libbpf"};
	snprintf(rows[n].found, sizeof(rows[n].found), "%s", libbpf_version_string());
	return n + 1;
}

/* What a program or the environment said must not reach the terminal as an escape sequence. */
static void print_escaped(const char *text)
{
	char escaped[4 * sizeof(((struct feature *)NULL)->found)];
	struct buffer out = {.data = escaped, .cap = sizeof(escaped)};

	put_escaped(&out, text, strlen(text), false);
	printf("%.*s\n", (int)out.len, escaped);
}

static void print_row(const struct feature *row, int width, bool color)
{
	static const struct {
		const char *word, *color;
	} status[] = {
		[FEATURE_PASS] = {"PASS", "\033[32m"},
		[FEATURE_WARN] = {"WARN", "\033[33m"},
		[FEATURE_FAIL] = {"FAIL", "\033[1;31m"},
	};

	printf("%s%s%s    %-*s  ", color ? status[row->status].color : "", status[row->status].word,
	       color ? "\033[0m" : "", width, row->name);
	print_escaped(row->found);
	if (row->advice[0])
		printf("          %s\n", row->advice);
}

static void print_rows(const struct feature *rows, size_t n, bool color)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if ((int)strlen(rows[i].name) > width)
			width = (int)strlen(rows[i].name);
	printf("STATUS  %-*s  FOUND\n", width, "CHECK");
	for (size_t i = 0; i < n; i++)
		print_row(&rows[i], width, color);
}

/* Returns whether none of the rows is as bad as this. */
static bool print_verdict(const char *what, const struct feature *rows, size_t n,
			  enum feature_status bad)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].status < bad)
			continue;
		printf("%s cannot work here: %s: ", what, rows[i].name);
		print_escaped(rows[i].found);
		return false;
	}
	printf("%s can work here\n", what);
	return true;
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

int doctor_main(bool color, const char *btf_path)
{
	struct feature rows[ROWS_MAX];
	size_t host, build;
	bool can_trace;

	append_sbin_to_path();
	host = features_probe(rows, btf_path);
	build = look_at_tools(rows + host);
	print_rows(rows, host + build, color);
	printf("\n");
	print_verdict("building", rows + host, build, FEATURE_WARN);
	can_trace = print_verdict("tracing", rows, host, FEATURE_FAIL);
	return can_trace ? 0 : EXIT_UNABLE;
}
