/* SPDX-License-Identifier: MIT */
/* By what connections are put together. Pure. */
#ifndef AGGREGATE_KEY_H
#define AGGREGATE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/by.h"
#include "model/event.h"

/*
 * What of image, cgroup and names a key can have. Of the first three, and of the next two, one is
 * known. Names are in the order of their bytes.
 */
enum key_text {
	TEXT_OF_EXE,
	TEXT_OF_EXE_TAIL,
	TEXT_OF_MEMFD,
	TEXT_OF_CONTAINER_ID,
	TEXT_OF_CONTAINER_NAME, /* where it has no id */
	TEXT_OF_UNIT,
	TEXT_OF_CGROUP,
	TEXT_OF_NAME, /* the first; the others follow */
	KEY_TEXTS = TEXT_OF_NAME + DNS_NAMES_MAX,
};

/* key.has: of what it is by, what there is. */
enum key_has {
	KEY_HAS_PROCESS = 1 << 0, /* by process, pid or user: the process is known */
	KEY_HAS_PEER = 1 << 1,	  /* by dst or port: what listens has none */

	/* by name: whose answers they are, where none is certain */
	KEY_NAMES_OF_PROCESS = 1 << 2,
	KEY_NAMES_OF_PARENT = 1 << 3,
	KEY_NAMES_OF_HOST = 1 << 4,
};

/* No padding: compared and hashed as bytes. What is not grouped by is 0. */
struct key {
	uint64_t process_start_ns;
	uint64_t cgroup_id; /* where its path is not known; 0: it is, or nothing is */
	uint32_t pid, uid;
	uint8_t addr[16];	   /* IPv4 as ::ffff:a.b.c.d */
	uint32_t scope_id;	   /* with addr: see struct endpoint */
	uint32_t port;		   /* host byte order */
	uint32_t has;		   /* KEY_HAS_* */
	uint32_t texts[KEY_TEXTS]; /* numbers, as aggregate/texts.h gives them; 0: not known */
	char comm[COMM_LEN];
};

_Static_assert(sizeof(struct key) == 112, "struct key has holes or has grown");

/* by: BY_* bits; 0 puts all connections together. The numbers of texts are left 0. */
void key_of(struct key *ret, const struct event *event, unsigned int by);

/* The text that a key by these bits has there; NULL: none, or it is not known. The event's. */
const char *key_text(const struct event *event, unsigned int by, enum key_text which);

#endif
