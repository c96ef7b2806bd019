/* SPDX-License-Identifier: MIT */
/*
 * What was attempted, by process and destination, and how it is judged. Pure, but for its memory.
 */
#ifndef AUDIT_SEEN_H
#define AUDIT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/counts.h"
#include "aggregate/groups.h"
#include "audit/rules.h"
#include "model/event.h"
#include "model/wanted.h"

/* So many processes and destinations are kept apart: a build has hundreds. */
#define SEEN_MAX 10000

/* The value of a group. An event of another kind tells of an attempt as well. */
struct seen_counts {
	struct counts counts;
	bool by_kernel; /* a socket of the kernel's own */
};

/* How many attempts the group is known to stand for: at least 1. */
uint64_t seen_attempts(const struct seen_counts *counts);

struct seen;

int seen_new(struct seen **ret); /* 0 or -ENOMEM */
void seen_free(struct seen *seen);

/* Takes an event of what is judged; what was open before is only counted. */
void seen_add(struct seen *seen, const struct event *event);

/* Connections that were open before, which no attempt tells of. */
uint64_t seen_before(const struct seen *seen);

struct seen_group {
	const struct group *group; /* value: struct seen_counts. `other`: what found no room */
	enum fit fit;		   /* FIT_NO of `other` */
};

/*
 * All groups, judged by the rules, which are then used or not; those that are not expected first,
 * and then those with most attempts. *ret is the caller's to free; its groups live as long as
 * `seen`. Returns 0 or -ENOMEM.
 */
int seen_judge(const struct seen *seen, struct rules *rules, struct seen_group **ret,
	       size_t *ret_n);

/* An event of that group, for who judges or writes it. image and names: what it may point to. */
void seen_event(const struct group *group, struct event *ret, struct image *image,
		struct dns_names *names);

#endif
