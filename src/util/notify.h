/* SPDX-License-Identifier: MIT */
/*
 * What a service manager wants to know of a service, by sd_notify(3)'s protocol: a datagram to the
 * socket that it names.
 */
#ifndef UTIL_NOTIFY_H
#define UTIL_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
	int fd;		      /* -1: nobody wants to know */
	uint64_t watchdog_ns; /* how often it wants a sign of life; 0: it does not */
};

/*
 * As the environment says, which is left as it is (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID).
 * Before privileges are dropped: the socket may be root's. Returns 0; or -errno where there is a
 * socket that cannot be reached, and nobody is told anything.
 */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* "READY=1". Never waits, and what finds no room is gone. */
void notify_send(const struct notify *notify, const char *state);

#endif
