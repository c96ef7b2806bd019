/* SPDX-License-Identifier: MIT */
/* What loader.c sets up and running.c asks; nobody else looks into it. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <bpf/libbpf.h>

#include "probe/loader.h"
#include "probe/pins.h"
#include "probe/programs.h"

struct probe {
	struct bpf_object *object;
	struct programs programs;
	struct shared *shared; /* the object's, mapped */
	size_t shared_size;
	int followed_fd, ring_fd, types_fd;
	int told_fd;
	struct pins pins;
	struct span observed;
};

/* A map of the object, with values of that size (0: any); NULL if there is none. */
struct bpf_map *probe_map(const struct probe *probe, const char *name, size_t value_size);

#endif
