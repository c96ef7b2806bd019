// SPDX-License-Identifier: MIT
/* tpconnect-serve: answers Prometheus with a file of metrics. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "commit.h"
#include "serve/listen.h"
#include "serve/server.h"
#include "util/status.h"

/* nobody and nogroup of Debian, and of most others. */
#define NOBODY 65534

static const char help[] =
	"Usage: tpconnect-serve [--listen WHERE] --metrics FILE\n"
	"\n"
	"Answers Prometheus, over HTTP, with the file of metrics that 'tpconnect record\n"
	"--metrics-file FILE' writes: /metrics, in its text format or as OpenMetrics, as\n"
	"the client asks; /healthz. It needs no privilege, and drops what it has.\n"
	"\n"
	"  --metrics FILE   the file; one older than a minute is not shown (503)\n"
	"  --listen WHERE   ADDRESS:PORT or unix:PATH; may be repeated\n"
	"                   (default " LISTEN_DEFAULT "). Not with sockets that\n"
	"                   a service manager has opened (systemd.socket(5))\n"
	"  -h, --help       this text\n"
	"  -V, --version    the version\n";

static const struct option long_options[] = {
	{"metrics", required_argument, NULL, 'm'},
	{"listen", required_argument, NULL, 'l'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

struct settings {
	const char *metrics;
	const char *listen[LISTENERS_MAX];
	int n_listen;
};

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list rest;

	fputs("tpconnect-serve: ", stderr);
	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fputc('\n', stderr);
}

static int usage(const char *what)
{
	complain("%s; see tpconnect-serve --help", what);
	return STATUS_USAGE;
}

static int print(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) ? STATUS_FAILED : STATUS_DONE;
}

/* Returns a status to end with; -1: go on. getopt_long() has said what it does not know. */
static int parse(int argc, char **argv, struct settings *ret)
{
	int option;

	while ((option = getopt_long(argc, argv, "hV", long_options, NULL)) != -1) {
		switch (option) {
		case 'm':
			ret->metrics = optarg;
			break;
		case 'l':
			if (ret->n_listen == LISTENERS_MAX)
				return usage("--listen can be there 8 times");
			ret->listen[ret->n_listen++] = optarg;
			break;
		case 'h':
			return print(help);
		case 'V':
			return print(*COMMIT ? "tpconnect-serve " VERSION " (" COMMIT ")\n"
					     : "tpconnect-serve " VERSION "\n");
		default:
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return usage("it takes no arguments but options");
	if (!ret->metrics || !*ret->metrics)
		return usage("--metrics FILE is missing");
	return -1;
}

static int open_listeners(const struct settings *settings, struct listeners *ret)
{
	struct error error;
	int n = listen_activated(ret, &error), err = 0;

	if (n > 0 && settings->n_listen)
		return usage("--listen cannot be used with sockets of a service manager");
	for (int i = 0; !n && !err && i < settings->n_listen; i++)
		err = listen_on(settings->listen[i], ret, &error);
	if (!n && !settings->n_listen)
		err = listen_on(LISTEN_DEFAULT, ret, &error);
	if (n >= 0 && !err)
		return STATUS_DONE;
	complain("%s", error.text);
	return err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

/* One line: who started it sees where to ask. */
static void say_where(const struct settings *settings, const struct listeners *listeners)
{
	fputs("tpconnect-serve: listening on ", stderr);
	if (settings->n_listen)
		for (int i = 0; i < settings->n_listen; i++)
			fprintf(stderr, "%s%s", i ? ", " : "", settings->listen[i]);
	else if (listeners->activated)
		fprintf(stderr, "%zu of the service manager's sockets", listeners->n);
	else
		fputs(LISTEN_DEFAULT, stderr);
	fprintf(stderr, ", with the metrics of %s\n", settings->metrics);
}

/* A service manager that has given none may forbid to set any. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[2] = {0};
	struct __user_cap_data_struct has[2];

	if (syscall(SYS_capget, &header, has))
		return -errno;
	if (!memcmp(has, none, sizeof(has)))
		return 0;
	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

/* With the sockets open, nothing more is needed: of root, nor of a capability that was given. */
static int drop_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (!geteuid() && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			   setresuid(NOBODY, NOBODY, NOBODY)))
		return -errno;
	return drop_capabilities();
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* There is nothing to read anew: the file is opened for each answer. */
	signal(SIGHUP, SIG_IGN);
}

int main(int argc, char **argv)
{
	struct settings settings = {0};
	struct listeners listeners = {0};
	int status = parse(argc, argv, &settings), err;

	if (status >= 0)
		return status;
	block_signals();
	status = open_listeners(&settings, &listeners);
	if (status)
		return status;
	err = drop_privileges();
	if (err) {
		complain("cannot drop privileges: %s", strerror(-err));
		return STATUS_FAILED;
	}
	say_where(&settings, &listeners);
	err = server_run(&listeners, settings.metrics);
	if (err)
		complain("cannot serve: %s", strerror(-err));
	return err ? STATUS_FAILED : STATUS_DONE;
}
