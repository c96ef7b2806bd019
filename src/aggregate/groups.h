/* SPDX-License-Identifier: MIT */
/*
 * A value for each key, up to a number of keys. Events of further keys go to one more group,
 * `other`, so that sums stay right. Pure.
 */
#ifndef AGGREGATE_GROUPS_H
#define AGGREGATE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregate/key.h"

/* The process of a group, or `several` once a second one came. pid 0: none yet. */
struct one_process {
	uint32_t pid;
	bool several;
	uint64_t start_ns;
};

/* The id of a group's cgroup, or `several`. 0: none yet. */
struct one_cgroup {
	uint64_t id;
	bool several;
};

struct group {
	struct key key;
	const char *texts[KEY_TEXTS]; /* those that key has the numbers of; NULL: not known */
	bool other;		      /* of further keys: key is not set */
	size_t folded;		      /* of `other`: its number of keys; 0: not known */
	struct one_process process;
	struct one_cgroup cgroup;
	void *value; /* of the size asked for, at first all 0 */
};

/* The names of a group by name. Returns whether it has any. */
bool group_names(const struct group *group, struct dns_names *ret);

struct groups;

/* by: BY_* bits. max: keys, from 1. The caller frees it with groups_free(). -ENOMEM. */
int groups_new(unsigned int by, size_t value_size, size_t max, struct groups **ret);
void groups_free(struct groups *groups);

/* The value of the event's group. Lives until groups_clear(). */
void *groups_value(struct groups *groups, const struct event *event);

/* Forgets all groups. */
void groups_clear(struct groups *groups);

/*
 * All groups in the order of compare(value, value), then of their keys; `other`, if there is one,
 * last. *ret is the caller's to free; its groups live until groups_clear(). -ENOMEM.
 */
int groups_sorted(const struct groups *groups, int (*compare)(const void *a, const void *b),
		  const struct group ***ret, size_t *ret_n);

#endif
