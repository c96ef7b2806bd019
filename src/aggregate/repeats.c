// SPDX-License-Identifier: MIT
#include "aggregate/repeats.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many places are searched for an event: few, so that a search is short. */
#define WAYS 8

struct place {
	struct event last;	/* the event that came last, or with `held` the last of these */
	int64_t boot_to_utc_ns; /* of that */
	uint64_t second_ns;	/* when the second began; 0: the place is free */
	uint64_t held;
	uint64_t due_ns; /* when they pass at the latest */
	uint32_t passed; /* in this second */
};

struct repeats {
	repeats_pass *pass;
	void *ctx;
	uint32_t limit;
	uint64_t due_ns; /* when the first of what is held back is due; UINT64_MAX: nothing is */
	struct place places[REPEATS_MAX];
};

int repeats_open(uint32_t limit, repeats_pass *pass, void *ctx, struct repeats **ret)
{
	struct repeats *repeats = calloc(1, sizeof(*repeats));

	if (!repeats)
		return -ENOMEM;
	repeats->pass = pass;
	repeats->ctx = ctx;
	repeats->limit = limit;
	repeats->due_ns = UINT64_MAX;
	*ret = repeats;
	return 0;
}

void repeats_close(struct repeats *repeats)
{
	free(repeats);
}

static bool is_same(const struct event *a, const struct event *b)
{
	return a->kind == b->kind && a->pid == b->pid &&
	       a->process_start_ns == b->process_start_ns && a->exec_id == b->exec_id &&
	       a->cgroup_id == b->cgroup_id && a->cgroup1_id == b->cgroup1_id &&
	       a->error == b->error && a->netns == b->netns && a->dst.port == b->dst.port &&
	       !memcmp(a->dst.addr, b->dst.addr, sizeof(a->dst.addr));
}

/* FNV-1a over those fields of is_same() that differ most. */
static uint32_t hash(const struct event *event)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(event->dst.addr); i++)
		h = (h ^ event->dst.addr[i]) * 16777619u;
	h = (h ^ event->dst.port) * 16777619u;
	h = (h ^ event->pid) * 16777619u;
	h = (h ^ event->error) * 16777619u;
	return h ^ h >> 16;
}

static void keep(struct place *place, const struct event *event)
{
	place->last = *event;
	/* They may be gone when it passes. */
	place->last.image = NULL;
	place->last.cgroup = NULL;
	place->last.names = NULL;
}

static void pass_held(struct repeats *repeats, struct place *place)
{
	if (!place->held)
		return;
	place->last.repeated = place->held - 1;
	place->held = 0;
	repeats->pass(repeats->ctx, &place->last, place->boot_to_utc_ns);
}

static bool is_over(const struct place *place, uint64_t now_ns)
{
	return now_ns >= place->second_ns && now_ns - place->second_ns >= NSEC_PER_SEC;
}

/* The place of such events, or a place that is free again; NULL if there is none. */
static struct place *find(struct repeats *repeats, const struct event *event)
{
	struct place *set = &repeats->places[hash(event) % (REPEATS_MAX / WAYS) * WAYS];
	struct place *free = NULL;

	for (struct place *place = set; place < set + WAYS; place++) {
		if (place->second_ns && is_same(&place->last, event))
			return place;
		if (!place->second_ns || (!place->held && is_over(place, event->time_ns)))
			free = place;
	}
	if (free) {
		*free = (struct place){0};
		keep(free, event);
	}
	return free;
}

void repeats_add(struct repeats *repeats, const struct event *event, int64_t boot_to_utc_ns)
{
	struct place *place = find(repeats, event);

	if (!place) {
		repeats->pass(repeats->ctx, event, boot_to_utc_ns);
		return;
	}
	if (!place->second_ns || is_over(place, event->time_ns)) {
		pass_held(repeats, place);
		place->second_ns = event->time_ns;
		place->passed = 0;
	}
	if (place->passed < repeats->limit) {
		place->passed++;
		repeats->pass(repeats->ctx, event, boot_to_utc_ns);
		return;
	}
	if (!place->held++) {
		place->due_ns = event->time_ns + REPEATS_HELD_NS;
		if (place->due_ns < repeats->due_ns)
			repeats->due_ns = place->due_ns;
	}
	keep(place, event);
	place->boot_to_utc_ns = boot_to_utc_ns;
}

/* In the order in which they happened: an attempt's beginning and failure have the same time. */
static int compare(const void *a, const void *b)
{
	const struct event *x = &(*(struct place *const *)a)->last;
	const struct event *y = &(*(struct place *const *)b)->last;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

void repeats_flush(struct repeats *repeats, uint64_t now_ns)
{
	struct place *due[REPEATS_MAX];
	size_t n = 0;

	if (now_ns < repeats->due_ns)
		return;
	repeats->due_ns = UINT64_MAX;
	for (struct place *place = repeats->places; place < repeats->places + REPEATS_MAX;
	     place++) {
		if (place->held && place->due_ns <= now_ns)
			due[n++] = place;
		else if (place->held && place->due_ns < repeats->due_ns)
			repeats->due_ns = place->due_ns;
	}
	qsort(due, n, sizeof(due[0]), compare);
	for (size_t i = 0; i < n; i++)
		pass_held(repeats, due[i]);
}
