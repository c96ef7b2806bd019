/* SPDX-License-Identifier: MIT */
/*
 * A process apart, which does for this one what this one may not do itself, or must not wait for.
 * It is asked by a socket, has all rights of the process that starts it unless it gives some up,
 * and ends when the socket's other end is closed, at the latest with whoever started it.
 */
#ifndef UTIL_APART_H
#define UTIL_APART_H

#include <sys/types.h>

struct apart {
	int fd; /* SOCK_SEQPACKET; -1: closed */
	pid_t pid;
};

/* What the process does: fd is its end of the socket. It ends by returning. */
typedef void apart_fn(int fd, void *ctx);

/*
 * Forks it: before there are threads, and descriptors that it would hold until it has closed them.
 * name: of at most 15 bytes, as ps shows it. keep_fd: a descriptor that it keeps besides; -1: none.
 * The caller ends it with apart_stop(). Returns 0 or -errno.
 */
int apart_start(const char *name, int keep_fd, apart_fn *run, void *ctx, struct apart *ret);

/* Closes the socket, once. */
void apart_close(struct apart *apart);

/* Likewise, and does not wait for long for a process that hangs in a file system. */
void apart_stop(struct apart *apart);

#endif
