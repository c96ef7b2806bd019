// SPDX-License-Identifier: MIT
#include "audit/seen.h"

#include <errno.h>
#include <stdlib.h>

#include "audit/match.h"
#include "util/address.h"
#include "util/cleanup.h"

struct seen {
	struct groups *groups;
	uint64_t before;
};

uint64_t seen_attempts(const struct seen_counts *counts)
{
	const struct counts *n = &counts->counts;
	uint64_t results = n->established + n->failed + n->cancelled;
	uint64_t most = n->attempts > results ? n->attempts : results;

	return most ? most : 1;
}

int seen_new(struct seen **ret)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (!seen || groups_new(BY_PROCESS | BY_EXE | BY_DST | BY_PORT | BY_NAME,
				sizeof(struct seen_counts), SEEN_MAX, &seen->groups)) {
		free(seen);
		return -ENOMEM;
	}
	*ret = seen;
	return 0;
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	groups_free(seen->groups);
	free(seen);
}

void seen_add(struct seen *seen, const struct event *event)
{
	struct seen_counts *value;

	if (event->preexisting) {
		seen->before += event->kind == EVENT_OPEN && !event_listens(event) &&
				event->open.direction != DIRECTION_IN;
		return;
	}
	value = groups_value(seen->groups, event);
	counts_add(&value->counts, event);
	value->by_kernel = event->origin == ORIGIN_KERNEL;
}

uint64_t seen_before(const struct seen *seen)
{
	return seen->before;
}

void seen_event(const struct group *group, struct event *ret, struct image *image,
		struct dns_names *names)
{
	const struct key *key = &group->key;
	const struct seen_counts *value = group->value;

	*image = (struct image){
		.exe = group->texts[TEXT_OF_EXE],
		.exe_tail = group->texts[TEXT_OF_EXE_TAIL],
		.memfd = group->texts[TEXT_OF_MEMFD],
	};
	*ret = (struct event){
		.has = key->has & KEY_HAS_PROCESS ? EVENT_HAS_PROCESS : 0,
		.origin = value->by_kernel ? ORIGIN_KERNEL : ORIGIN_UNKNOWN,
		.family = address_family(key->addr),
		.dst = {.scope_id = key->scope_id, .port = (uint16_t)key->port},
		.image = image->exe || image->exe_tail || image->memfd ? image : NULL,
		.names = group_names(group, names) ? names : NULL,
	};
	memcpy(ret->dst.addr, key->addr, sizeof(ret->dst.addr));
	memcpy(ret->comm, key->comm, sizeof(ret->comm));
}

static enum fit judge(const struct group *group, struct rules *rules)
{
	struct dns_names names;
	struct image image;
	struct event event;

	if (group->other)
		return FIT_NO;
	seen_event(group, &event, &image, &names);
	return rules_fit(rules, &event);
}

static int compare_values(const void *a, const void *b)
{
	uint64_t m = seen_attempts(a), n = seen_attempts(b);

	return m > n ? -1 : m < n;
}

/* groups_sorted() has put them in order: those of one fit stay in it. */
static size_t move_fit(const struct seen_group *from, size_t n, enum fit fit, struct seen_group *to)
{
	size_t moved = 0;

	for (size_t i = 0; i < n; i++)
		if (from[i].fit == fit)
			to[moved++] = from[i];
	return moved;
}

int seen_judge(const struct seen *seen, struct rules *rules, struct seen_group **ret, size_t *ret_n)
{
	_cleanup_free_ const struct group **groups = NULL;
	_cleanup_free_ struct seen_group *judged = NULL;
	struct seen_group *ordered;
	size_t n, moved = 0;

	if (groups_sorted(seen->groups, compare_values, &groups, &n))
		return -ENOMEM;
	judged = calloc(n + 1, sizeof(*judged));
	ordered = calloc(n + 1, sizeof(*ordered));
	if (!judged || !ordered) {
		free(ordered);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		judged[i] = (struct seen_group){groups[i], judge(groups[i], rules)};
	for (enum fit fit = FIT_NO; fit <= FIT_YES; fit++)
		moved += move_fit(judged, n, fit, ordered + moved);
	*ret = ordered;
	*ret_n = n;
	return 0;
}
