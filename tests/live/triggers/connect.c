// SPDX-License-Identifier: MIT
/*
 * Blocking connect(2). Usage: connect [OPTION...] OUTCOME ADDR PORT, where OUTCOME is
 * "established" or the name of the errno that it must fail with.
 *   -u       it fails before anything is sent
 *   -m       to ::ffff:ADDR, from an IPv6 socket
 *   -s N     TCP_SYNCNT
 *   -c NAME  the process's name, with printf's escapes
 *   -n N     N times, to ports from PORT upwards
 *   -w MS    waits before it closes the connection
 *   -r       one retry comes before the result
 *   -e NAME  likewise, but it cannot leave this host: the errno
 *   -l       no source port was left for it
 *   -o PORT  the socket was refused by that port before
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "trigger.h"

struct arguments {
	bool not_sent, mapped, retry, no_port;
	const char *retry_error; /* NULL: it leaves */
	const char *refused_by;	 /* a port that the socket was refused by before; NULL: it is new */
	int syn_count, times;
	useconds_t hold_us;
};

/* \xNN and \n become what they stand for, as a name in a shell's arguments cannot hold all. */
static void set_name(const char *escaped)
{
	char name[16] = "";
	size_t n = 0;

	while (*escaped && n < sizeof(name) - 1) {
		unsigned int byte;
		int used = 1;

		if (sscanf(escaped, "\\x%2x%n", &byte, &used) != 1)
			byte = (unsigned char)*escaped;
		name[n++] = (char)byte;
		escaped += used;
	}
	if (prctl(PR_SET_NAME, name))
		die("PR_SET_NAME");
}

static void expect_retry(int fd, const struct target *target, const char *error)
{
	expect("retry", target);
	expect_local(fd);
	expect_int("tpconnect.syn_retries", error ? 0 : 1);
	if (error) {
		expect_string("error.type", error);
		expect_bool("tpconnect.sent", false);
	} else {
		expect_null("error.type");
		expect_null("tpconnect.sent");
	}
	expect_end();
}

static void expect_no_port(const struct target *target, int err)
{
	expect("failed", target);
	expect_string("error.type", strerrorname_np(err));
	expect_null("network.local.port");
	expect_null("network.local.address");
	/* The socket knows by now where it would have gone. */
	expect_bool("tpconnect.sent", false);
	expect_end();
}

/* By that port of the same address. The port that the socket had stays in it. */
static void be_refused(int fd, const char *port, const struct target *target)
{
	struct target nobody = *target;

	((struct sockaddr_in *)&nobody.addr)->sin_port = htons(atoi(port));
	demand("connect", connect_to(fd, &nobody) ? errno : 0, ECONNREFUSED);
	expect_result(fd, &nobody, ECONNREFUSED);
}

static void attempt(const struct arguments *args, const struct target *target, int want)
{
	int fd = socket_for(target, 0), err;

	if (args->syn_count &&
	    setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &args->syn_count, sizeof(args->syn_count)))
		die("TCP_SYNCNT");
	if (args->refused_by)
		be_refused(fd, args->refused_by, target);
	err = connect_to(fd, target) ? errno : 0;
	demand("connect", err, want);
	if (args->retry || args->retry_error)
		expect_retry(fd, target, args->retry_error);
	if (args->no_port)
		expect_no_port(target, err);
	else if (args->not_sent)
		expect_not_sent(target, err);
	else
		expect_result(fd, target, err);
	usleep(args->hold_us);
	close(fd);
}

int main(int argc, char **argv)
{
	struct arguments args = {.times = 1};
	int opt, want;

	while ((opt = getopt(argc, argv, "ums:c:n:w:re:lo:")) != -1) {
		if (opt == 'u')
			args.not_sent = true;
		else if (opt == 'm')
			args.mapped = true;
		else if (opt == 's')
			args.syn_count = atoi(optarg);
		else if (opt == 'c')
			set_name(optarg);
		else if (opt == 'n')
			args.times = atoi(optarg);
		else if (opt == 'w')
			args.hold_us = atoi(optarg) * 1000;
		else if (opt == 'r')
			args.retry = true;
		else if (opt == 'e')
			args.retry_error = optarg;
		else if (opt == 'l')
			args.no_port = true;
		else if (opt == 'o')
			args.refused_by = optarg;
		else
			return 1;
	}
	if (argc - optind != 3)
		die("usage: connect [OPTION...] OUTCOME ADDR PORT");
	want = errno_of(argv[optind]);
	for (int i = 0; i < args.times; i++) {
		char port[16];

		snprintf(port, sizeof(port), "%d", atoi(argv[optind + 2]) + i);
		struct target target = target_parse(argv[optind + 1], port, args.mapped);

		attempt(&args, &target, want);
	}
}
