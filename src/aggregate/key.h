/* SPDX-License-Identifier: MIT */
/* By what connections are put together. Pure. */
#ifndef AGGREGATE_KEY_H
#define AGGREGATE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/by.h"
#include "model/event.h"

/* No padding: compared and hashed as bytes. What is not grouped by is 0. */
struct key {
	uint64_t process_start_ns, cgroup_id; /* cgroup_id 0: not known */
	uint32_t pid, uid;
	uint8_t addr[16];  /* IPv4 as ::ffff:a.b.c.d */
	uint32_t scope_id; /* with addr: see struct endpoint */
	uint16_t port;
	uint16_t has_process; /* by process, pid or user: 0 if the process is not known */
	char comm[COMM_LEN];
};

_Static_assert(sizeof(struct key) == 64, "struct key has holes or has grown");

/* by: BY_* bits; 0 puts all connections together. */
void key_of(struct key *ret, const struct event *event, unsigned int by);

#endif
