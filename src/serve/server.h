/* SPDX-License-Identifier: MIT */
/* Answers HTTP on sockets that listen: /metrics and /healthz. One thread. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#define LISTENERS_MAX 8

struct listeners {
	int fds[LISTENERS_MAX]; /* non-blocking */
	size_t n;
	bool activated; /* a service manager has opened them */
};

/* Until SIGINT or SIGTERM, which the caller has blocked. Returns 0, or -errno. */
int server_run(const struct listeners *listeners, const char *metrics_path);

#endif
