// SPDX-License-Identifier: MIT
#include "top/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

int kept_set(struct kept *kept, const struct live_pair *pair)
{
	struct live_pair copy = {
		.has_process = pair->has_process,
		.pid = pair->pid,
		.uid = pair->uid,
		.process_start_ns = pair->process_start_ns,
		.exe = pair->exe,
		.container = pair->container,
		.container_name = pair->container_name,
		.unit = pair->unit,
		.cgroup = pair->cgroup,
		.name = pair->name,
		.names = pair->names,
		.cgroup_id = pair->cgroup_id,
		.family = pair->family,
		.dst = pair->dst,
	};
	const char **words[6 + DNS_NAMES_MAX] = {&copy.exe,  &copy.container, &copy.container_name,
						 &copy.unit, &copy.cgroup,    &copy.name};
	size_t size = 1;
	char *texts, *at;

	for (size_t i = 0; i < DNS_NAMES_MAX; i++)
		words[6 + i] = &copy.names.names[i];
	memcpy(copy.comm, pair->comm, sizeof(copy.comm));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		size += *words[i] ? strlen(*words[i]) + 1 : 0;
	texts = at = malloc(size);
	if (!texts)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (*words[i]) {
			strcpy(at, *words[i]);
			*words[i] = at;
			at += strlen(at) + 1;
		}
	free(kept->texts);
	*kept = (struct kept){.pair = copy, .texts = texts};
	return 0;
}

void kept_free(struct kept *kept)
{
	free(kept->texts);
	*kept = (struct kept){0};
}
