/* SPDX-License-Identifier: MIT */
/* The forms in which one component of a cgroup's path names a container. Pure. */
#ifndef ENRICH_CONTAINER_FORM_H
#define ENRICH_CONTAINER_FORM_H

#include <stdbool.h>

#include "util/part.h"

/* One of id and name, both in the path. */
struct container_form {
	struct part id, name;
	bool escaped;	     /* the name, as systemd does it */
	const char *runtime; /* NULL: the path does not say */
};

/* The component that ends before end, without slashes; its length is 0 at the path's beginning. */
struct part component_before(const char *path, const char *end);

/* c: a component of path. False, and *ret untouched, if it names no container. */
bool container_form_find(const char *path, struct part c, struct container_form *ret);

#endif
