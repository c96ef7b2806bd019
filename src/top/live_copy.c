// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

#include "top/live_parts.h"

static int copy_connections(struct pair *to, const struct pair *from)
{
	const struct live_connection *shown;

	to->shown.connections = NULL;
	for (shown = from->shown.connections; shown; shown = shown->next) {
		struct connection *copy = malloc(sizeof(*copy));

		if (!copy)
			return -ENOMEM;
		*copy = *(const struct connection *)shown;
		DL_APPEND(to->shown.connections, &copy->shown);
	}
	return 0;
}

/* What is found by lists alone: no hash is copied, as nothing is looked up in a copy. */
static int copy_pairs(struct live *to, const struct live *from)
{
	const struct live_pair *shown;

	for (shown = from->pairs.list; shown; shown = shown->next) {
		struct pair *copy = pair_copy((const struct pair *)shown);

		if (!copy)
			return -ENOMEM;
		DL_APPEND(to->pairs.list, &copy->shown);
		if (shown->failed || shown->cancelled)
			live_failures_replace(&to->failures, shown, &copy->shown);
		live_slow_replace(&to->slow, shown, &copy->shown);
		if (copy_connections(copy, (const struct pair *)shown))
			return -ENOMEM;
	}
	return 0;
}

int live_copy(const struct live *live, struct live **ret)
{
	struct live *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	copy->failures = live->failures;
	copy->slow = live->slow;
	copy->sums = live->sums;
	if (copy_pairs(copy, live)) {
		live_free(copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}
