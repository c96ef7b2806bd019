/* SPDX-License-Identifier: MIT */
/*
 * Who and where: what the kernel side has told of images, cgroups and answers of name servers, for
 * the events that these are of. All is bounded, and what was used longest ago is forgotten first:
 * events then lack it.
 */
#ifndef ENRICH_ENRICH_H
#define ENRICH_ENRICH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"

struct enrich;

/* An image of that process (0: of none) had to go; or that cgroup (NULL: none). */
typedef void enrich_forgets(void *ctx, uint32_t pid, const struct cgroup_key *cgroup);

/*
 * closes: events of EVENT_CLOSE will come. Then each connection that is seen to be established
 * holds a copy of its own of who and where, until its close, as all else of that may be forgotten
 * by then. forgets: may be NULL. The caller frees it. -ENOMEM.
 */
int enrich_new(bool closes, enrich_forgets *forgets, void *ctx, struct enrich **ret);
void enrich_free(struct enrich *enrich);

/*
 * From now on, nothing is forgotten: for a use that ends before long, and shows whom it has heard
 * of only then.
 */
void enrich_keep_all(struct enrich *enrich);

/*
 * From now on, ask() is called for each cgroup that is told, so that names of its container are
 * looked up, and once more at the next attempt in it if it has none. enrich_names() may be called
 * in it, and at any time later.
 */
typedef void enrich_ask_fn(void *ctx, const struct cgroup *cgroup);
void enrich_ask_names(struct enrich *enrich, enrich_ask_fn *ask, void *ctx);

/* named: key, and names of the container or pod; all else, and what is known already, is left. */
void enrich_names(struct enrich *enrich, const struct cgroup *named);

/*
 * From now on, events get names by answers of name servers: see dns/known.h, also for `host`. Each
 * connection that has any holds a copy of them from its first event to its last. -ENOMEM.
 */
int enrich_use_dns(struct enrich *enrich, bool host);

/*
 * Takes a record of EVENT_PROCESS or EVENT_CGROUP, in the place of what was known of the same, or
 * of EVENT_DNS. Returns 0, -ENOMEM, or what model/decode.h says: then nothing is known of it.
 */
int enrich_record(struct enrich *enrich, enum event_kind kind, const void *data, size_t size);

/*
 * Sets image, cgroup and names; of a preexisting connection, nobody's names are known. Valid until
 * the next call of any of these, but of enrich_again().
 */
void enrich_event(struct enrich *enrich, struct event *event);

/*
 * Sets them again, of an event that was kept; but NULL where they are forgotten meanwhile. Its
 * names are valid only until this is called once more.
 */
void enrich_again(struct enrich *enrich, struct event *event);

/* What was forgotten for want of room, so far. */
struct enrich_forgotten {
	uint64_t images, cgroups, connections;
};

struct enrich_forgotten enrich_forgotten(const struct enrich *enrich);

/* Likewise of names by DNS. */
struct enrich_dns {
	uint64_t answers;     /* that gave names */
	uint64_t forgotten;   /* addresses whose names were still valid */
	uint64_t connections; /* of which no names are held any more */
};

struct enrich_dns enrich_dns(const struct enrich *enrich);

#endif
