/* SPDX-License-Identifier: MIT */
/* The cgroups that are known, with what their paths say, and the names that were looked up. */
#ifndef ENRICH_CGROUPS_H
#define ENRICH_CGROUPS_H

#include "enrich/cgroup_path.h"
#include "enrich/enrich.h"
#include "util/cache.h"

struct cgroups {
	struct cache cache;
	uint64_t serial;    /* the cgroup's that was told or named last */
	enrich_ask_fn *ask; /* NULL: no names are looked up */
	void *ctx;
	struct cgroup_facts facts;
};

/* Takes a record of EVENT_CGROUP, and asks for names. texts: TEXTS_MAX bytes. 0 or -errno. */
int cgroups_take(struct cgroups *cgroups, const void *data, size_t size, char *texts);

/* NULL: it is not known. Valid until a cgroup is taken or named. */
const struct cgroup *cgroups_find(struct cgroups *cgroups, const struct cgroup_key *key);

/*
 * Likewise, for an event of the attempt that began then. Asks once more for names, if there are
 * none, at the second attempt.
 */
const struct cgroup *cgroups_at(struct cgroups *cgroups, const struct cgroup_key *key,
				uint64_t start_ns);

/* As enrich_names() says. */
void cgroups_name(struct cgroups *cgroups, const struct cgroup *named);

#endif
