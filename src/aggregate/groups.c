// SPDX-License-Identifier: MIT
#include "aggregate/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Without memory for one more bucket, a key goes to `other`; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "aggregate/texts.h"

struct node {
	struct group group;
	UT_hash_handle hh;
	_Alignas(max_align_t) char value[];
};

struct groups {
	unsigned int by;
	size_t value_size, max;
	struct texts texts; /* of all keys */
	struct node *nodes; /* the hash */
	struct node *other;
	bool other_used;
};

static struct node *node_new(const struct groups *groups)
{
	struct node *node = calloc(1, sizeof(*node) + groups->value_size);

	if (node)
		node->group.value = node->value;
	return node;
}

int groups_new(unsigned int by, size_t value_size, size_t max, struct groups **ret)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (!groups)
		return -ENOMEM;
	*groups = (struct groups){.by = by, .value_size = value_size, .max = max};
	groups->other = node_new(groups);
	if (!groups->other) {
		free(groups);
		return -ENOMEM;
	}
	groups->other->group.other = true;
	*ret = groups;
	return 0;
}

void groups_clear(struct groups *groups)
{
	struct node *node = groups->nodes, *next;

	/* HASH_CLEAR() frees the table only, so the nodes are still linked. */
	HASH_CLEAR(hh, groups->nodes);
	for (; node; node = next) {
		next = node->hh.next;
		free(node);
	}
	texts_clear(&groups->texts);
	memset(groups->other->value, 0, groups->value_size);
	groups->other_used = false;
}

void groups_free(struct groups *groups)
{
	if (!groups)
		return;
	groups_clear(groups);
	free(groups->other);
	free(groups);
}

bool group_names(const struct group *group, struct dns_names *ret)
{
	uint32_t has = group->key.has;

	*ret = (struct dns_names){.source = has & KEY_NAMES_OF_HOST	? DNS_FROM_HOST
					    : has & KEY_NAMES_OF_PARENT ? DNS_FROM_PARENT
									: DNS_FROM_PROCESS};
	while (ret->n < DNS_NAMES_MAX && group->texts[TEXT_OF_NAME + ret->n]) {
		ret->names[ret->n] = group->texts[TEXT_OF_NAME + ret->n];
		ret->n++;
	}
	return ret->n;
}

static bool is_full(const struct groups *groups)
{
	return HASH_COUNT(groups->nodes) >= groups->max;
}

/* A node for the key; NULL if there is no room for one. */
static struct node *node_add(struct groups *groups, const struct key *key,
			     const char *const texts[KEY_TEXTS])
{
	struct node *node = is_full(groups) ? NULL : node_new(groups);

	if (!node)
		return NULL;
	node->group.key = *key;
	memcpy(node->group.texts, texts, sizeof(node->group.texts));
	HASH_ADD(hh, groups->nodes, group.key, sizeof(node->group.key), node);
	if (!node->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(node);
		return NULL;
	}
	return node;
}

static void note_process(struct one_process *process, const struct event *event)
{
	if (!process->pid) {
		process->pid = event->pid;
		process->start_ns = event->process_start_ns;
	} else if (process->pid != event->pid || process->start_ns != event->process_start_ns) {
		process->several = true;
	}
}

static void note_cgroup(struct one_cgroup *cgroup, uint64_t id)
{
	cgroup->several |= cgroup->id && cgroup->id != id;
	cgroup->id = id;
}

/*
 * The event's key, and the texts of it as they are kept. Once there is no room for another key, no
 * text is added either: then false is what comes back for a key that has a new one.
 */
static bool find_key(struct groups *groups, const struct event *event, struct key *ret,
		     const char *ret_texts[KEY_TEXTS])
{
	bool full = is_full(groups);

	key_of(ret, event, groups->by);
	for (enum key_text i = 0; i < KEY_TEXTS; i++) {
		const char *text = key_text(event, groups->by, i);
		const struct text *kept;

		ret_texts[i] = NULL;
		if (!text)
			continue;
		kept = full ? texts_find(&groups->texts, text) : texts_add(&groups->texts, text);
		if (!kept)
			return false;
		ret->texts[i] = kept->number;
		ret_texts[i] = kept->text;
	}
	return true;
}

void *groups_value(struct groups *groups, const struct event *event)
{
	const char *texts[KEY_TEXTS];
	struct node *node = NULL;
	struct key key;

	if (find_key(groups, event, &key, texts)) {
		HASH_FIND(hh, groups->nodes, &key, sizeof(key), node);
		if (!node)
			node = node_add(groups, &key, texts);
	}
	if (!node) {
		groups->other_used = true;
		return groups->other->value;
	}
	note_process(&node->group.process, event);
	if (event->has & EVENT_HAS_CGROUP)
		note_cgroup(&node->group.cgroup, event->cgroup_id);
	return node->value;
}

static int compare_groups(const void *a, const void *b, void *compare_values)
{
	int (*compare)(const void *a, const void *b) = compare_values;
	const struct group *x = *(const struct group *const *)a;
	const struct group *y = *(const struct group *const *)b;
	int order = compare(x->value, y->value);

	return order ? order : memcmp(&x->key, &y->key, sizeof(x->key));
}

int groups_sorted(const struct groups *groups, int (*compare)(const void *a, const void *b),
		  const struct group ***ret, size_t *ret_n)
{
	const struct group **sorted = calloc(HASH_COUNT(groups->nodes) + 1, sizeof(const void *));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (const struct node *node = groups->nodes; node; node = node->hh.next)
		sorted[n++] = &node->group;
	qsort_r(sorted, n, sizeof(const void *), compare_groups, compare);
	if (groups->other_used)
		sorted[n++] = &groups->other->group;
	*ret = sorted;
	*ret_n = n;
	return 0;
}
