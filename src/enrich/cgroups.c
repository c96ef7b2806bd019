// SPDX-License-Identifier: MIT
#include "enrich/cgroups.h"

#include <errno.h>
#include <stdlib.h>

#include "model/decode.h"
#include "model/texts.h"
#include "util/array.h"

struct known {
	struct cgroup cgroup;
	uint64_t start_ns; /* of the first attempt in it; 0: there was none */
	bool settled;	   /* nothing is asked any more */
	char texts[];
};

/* In the place of what was known of it. NULL: no memory, and it is not known. */
static struct known *put(struct cgroups *cgroups, const struct cgroup *cgroup)
{
	struct known *known = cache_add(&cgroups->cache, &cgroup->key,
					sizeof(*known) + cgroup_texts_size(cgroup));

	if (!known)
		return NULL;
	cgroup_copy(&known->cgroup, cgroup, known->texts);
	known->cgroup.serial = ++cgroups->serial;
	known->start_ns = 0;
	known->settled = false;
	return known;
}

int cgroups_take(struct cgroups *cgroups, const void *data, size_t size, char *texts)
{
	struct cgroup_paths paths;
	struct cgroup cgroup;
	int err = cgroup_decode(data, size, texts, &cgroup, &paths);

	if (err)
		return err;
	cgroup_path_parse(paths.path, paths.path1, &cgroups->facts, &cgroup);
	if (!put(cgroups, &cgroup))
		return -ENOMEM;
	if (cgroups->ask)
		cgroups->ask(cgroups->ctx, &cgroup);
	return 0;
}

const struct cgroup *cgroups_find(struct cgroups *cgroups, const struct cgroup_key *key)
{
	struct known *known = cache_find(&cgroups->cache, key);

	return known ? &known->cgroup : NULL;
}

const struct cgroup *cgroups_at(struct cgroups *cgroups, const struct cgroup_key *key,
				uint64_t start_ns)
{
	struct known *known = cache_find(&cgroups->cache, key);

	if (!known)
		return NULL;
	if (!cgroups->ask || known->settled)
		return &known->cgroup;
	if (!known->start_ns)
		known->start_ns = start_ns;
	if (known->start_ns == start_ns)
		return &known->cgroup;
	known->settled = true;
	cgroups->ask(cgroups->ctx, &known->cgroup);
	return cgroups_find(cgroups, key); /* it may have names now, and lie elsewhere */
}

/* Sets what is not set yet. Returns whether there is anything new. */
static bool add_names(struct cgroup *cgroup, const struct cgroup *named)
{
	const struct {
		const char **to, *from;
	} names[] = {
		{&cgroup->container_name, named->container_name},
		{&cgroup->image_name, named->image_name},
		{&cgroup->pod_name, named->pod_name},
		{&cgroup->pod_namespace, named->pod_namespace},
		{&cgroup->pod_container, named->pod_container},
	};
	bool added = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (*names[i].to || !names[i].from)
			continue;
		*names[i].to = names[i].from;
		added = true;
	}
	return added;
}

void cgroups_name(struct cgroups *cgroups, const struct cgroup *named)
{
	struct known *known = cache_find(&cgroups->cache, &named->key);
	struct cgroup cgroup, copy;
	char *texts;

	if (!known)
		return;
	cgroup = known->cgroup;
	if (!add_names(&cgroup, named))
		return;
	/* Its texts lie in what makes room for it. */
	texts = malloc(cgroup_texts_size(&cgroup));
	if (!texts)
		return;
	cgroup_copy(&copy, &cgroup, texts);
	known = put(cgroups, &copy);
	if (known)
		known->settled = true;
	free(texts);
}
