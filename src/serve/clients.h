/* SPDX-License-Identifier: MIT */
/*
 * Who is connected, and since when: no client has longer than CLIENT_NS in all, however it spends
 * the time, and where there is no place for one more, the oldest goes. Pure.
 */
#ifndef SERVE_CLIENTS_H
#define SERVE_CLIENTS_H

#include <stddef.h>
#include <stdint.h>

#define CLIENTS_MAX 64

/* Prometheus gives up after 10 s (scrape_timeout) where nothing else is set. */
#define CLIENT_NS (10 * 1000000000ull)

struct client {
	int fd;
	uint64_t since_ns; /* CLOCK_MONOTONIC */
};

struct clients {
	struct client items[CLIENTS_MAX]; /* the oldest first */
	size_t n;
};

/* n: less than CLIENTS_MAX. */
void clients_add(struct clients *clients, int fd, uint64_t now_ns);

void clients_remove(struct clients *clients, int fd);

/* One that has to go, and is removed; -1: none has. wanted: places that are to be free. */
int clients_take_late(struct clients *clients, uint64_t now_ns, size_t wanted);

/* How long until the next one has to go, in ms, rounded up; -1: there is none. */
int clients_patience_ms(const struct clients *clients, uint64_t now_ns);

#endif
