/* SPDX-License-Identifier: MIT */
/* The names of a container, from files of its runtime and of the kubelet: no daemon is asked. */
#ifndef CONTAINERS_FIND_H
#define CONTAINERS_FIND_H

#include <stdbool.h>

#include "containers/names.h"

/*
 * Whether a question, of which any byte may be wrong, is one: an id, a pod's uid, or both, of
 * nothing but hex digits and dashes. Nothing else of it ever becomes a part of a path.
 */
bool container_question_is_valid(const struct container_question *question);

/*
 * root: what the paths begin with; "" for this host. The question must be valid. What no file says
 * is empty in *ret.
 */
void container_find(const char *root, const struct container_question *question,
		    struct container_names *ret);

#endif
