/* SPDX-License-Identifier: MIT */
/* Images, cgroups and names, from key=value words behind `image`, `cgroup` or `dns`. */
#ifndef GOLDEN_WHO_H
#define GOLDEN_WHO_H

#include <stdbool.h>

#include "model/event.h"
#include "record.h"

struct who {
	struct image image;
	struct cgroup cgroup;
	struct dns_names names;
	bool has_image, has_cgroup;
	char texts[32768]; /* of all */
	size_t used;
};

/*
 * Adds what a line says. The words are the members of the structs; args, of which each has \x00
 * behind it, and device=MAJOR:MINOR; each ancestor=PID:START_NS:NAME is one more.
 * Behind dns, each process=NAME, parent=NAME or host=NAME is one more name.
 */
void read_who(const char *line, struct who *who, const struct place *place);

/* The event is by that image, in that cgroup, to these names, as far as they are known. */
void who_made(struct event *event, const struct who *who);

#endif
