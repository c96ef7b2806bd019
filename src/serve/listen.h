/* SPDX-License-Identifier: MIT */
/* Sockets to listen on: by their names, or given by who started the process. */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include "serve/server.h"
#include "util/error.h"

/* Of all addresses to listen on. */
#define LISTEN_DEFAULT "127.0.0.1:9436"

/* "ADDRESS:PORT", "[ADDRESS]:PORT" or "unix:PATH". Returns 0, or -errno with a line in error. */
int listen_on(const char *name, struct listeners *listeners, struct error *error);

/*
 * What a service manager has opened for this process: sd_listen_fds(3). Returns their number, or
 * -errno with a line in error.
 */
int listen_activated(struct listeners *listeners, struct error *error);

#endif
