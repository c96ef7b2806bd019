/* SPDX-License-Identifier: MIT */
/* The filters that are maps of the BPF object: a key for each thing that was named or left out. */
#ifndef PROBE_FILTERS_H
#define PROBE_FILTERS_H

#include <stdbool.h>

#include "probe/loader.h"

struct bpf_object;

/* Of all keys, and their order: other keys have another. */
uint64_t filters_digest(const struct request *request);

/* Whether the object has all these maps. */
bool filters_found(const struct bpf_object *object);

/* Before it is loaded: as much room as there are keys. Returns 0 or -errno. */
int filters_size(const struct bpf_object *object, const struct request *request);

/* Once it is. Returns 0 or -errno. */
int filters_fill(const struct bpf_object *object, const struct request *request);

#endif
