/* SPDX-License-Identifier: MIT */
/*
 * The series of services and their destinations. Bounded: what is beyond the bounds is counted with
 * a service's, or all services', `other`, so that sums stay right. Pure.
 */
#ifndef METRICS_SERIES_H
#define METRICS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#include "aggregate/counts.h"
#include "metrics/durations.h"
#include "metrics/service.h"
#include "model/cgroup.h"
#include "model/event.h"

/* `other`s are not counted. */
#define SERVICES_MAX		200
#define DESTINATIONS_OF_SERVICE 200
#define DESTINATIONS_MAX	2000

/* Linux's range of ports for clients, where net.ipv4.ip_local_port_range is as it was shipped. */
#define PORT_HIGH_FIRST 32768
#define PORT_HIGH_LAST	60999

/* No padding: compared and hashed as bytes. */
struct destination_key {
	uint8_t addr[16];  /* IPv4 as ::ffff:a.b.c.d */
	uint32_t scope_id; /* of a link-local address */
	uint32_t service;  /* its number */
	uint32_t port;	   /* host byte order; 0: any of the range above */
	uint32_t other;	   /* 1: further destinations together, and all else is 0 */
};

_Static_assert(sizeof(struct destination_key) == 32, "struct destination_key has holes");

/* What is counted of a service and a destination; each only grows. */
struct destination {
	struct destination_key key;
	struct service *service;
	uint64_t last_ns; /* CLOCK_BOOTTIME, of the last event */
	struct counts counts;
	uint64_t retries; /* SYNs sent again that left this host */
	uint64_t closed[ENDED_END];
	uint64_t bytes_sent, bytes_received; /* of connections that have ended */
	UT_hash_handle hh;
};

struct service {
	uint32_t number; /* from 1, never given twice */
	size_t n;	 /* destinations, `other` not counted */
	struct durations durations;
	struct destination *other; /* one of the set's; NULL: none yet */
	UT_hash_handle hh;
	size_t len;
	char name[SERVICE_MAX];
};

/* The one that an event was last found to be of. */
struct series_memo {
	uint64_t cgroup; /* its serial */
	uint64_t addr[2];
	uint32_t scope_id, port;
	struct destination *destination; /* NULL: none */
};

/* Sets of ways, of which an event's can be in any: more than there are destinations. */
#define MEMO_SET_BITS 10
#define MEMO_SETS     (1 << MEMO_SET_BITS)
#define MEMO_WAYS     4

struct series {
	struct service *services;	  /* the hash, `other` among them */
	struct destination *destinations; /* likewise, of all services */
	struct service *other;
	size_t n_services, n_destinations; /* without any `other` */
	uint32_t last_number;
	uint64_t dropped; /* destinations that were idle for too long */
	struct series_memo memo[MEMO_SETS][MEMO_WAYS];
};

/* -ENOMEM. What there is, is freed with series_free(). */
int series_open(struct series *series);
void series_free(struct series *series);

/* Where the event is counted; valid until series_drop_idle(). Never NULL. */
struct destination *series_of(struct series *series, const struct event *event);

/* Drops all of which the last event was before that time; the `other` of all services stays. */
void series_drop_idle(struct series *series, uint64_t before_ns);

/* Further services, or further destinations of one. */
static inline bool destination_is_other(const struct series *series,
					const struct destination *destination)
{
	return destination->key.other || destination->service == series->other;
}

#endif
