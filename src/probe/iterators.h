/* SPDX-License-Identifier: MIT */
/*
 * The iterators of the BPF object: programs that are run by reading, rather than attached. A
 * function that can fail returns 0, or -errno; with a line in error where it takes one.
 */
#ifndef PROBE_ITERATORS_H
#define PROBE_ITERATORS_H

#include <stdbool.h>

#include <bpf/libbpf.h>

#include "probe/loader.h"
#include "util/error.h"

enum iterator {
	ITERATOR_OPEN,	      /* every descriptor: what is open, and attempts under way */
	ITERATOR_SWEEP_SLOTS, /* the map slots, and overflow: what has no socket any more is counted
			       */
	ITERATOR_SWEEP_OVERFLOW,
	ITERATOR_SOCKETS,     /* the TCP sockets of a network namespace */
	ITERATOR_GAUGE_SLOTS, /* the map slots, and overflow: what connections have carried */
	ITERATOR_GAUGE_OVERFLOW,
	ITERATOR_GAUGE_FILES, /* every descriptor, likewise: where those over maps are refused */
	N_ITERATORS,
};

/* All zeros: nothing found yet. The programs are the object's. */
struct iterators {
	struct bpf_program *progs[N_ITERATORS]; /* NULL: not loaded */
	__u32 type_ids[N_ITERATORS]; /* the function of the kernel's whose arguments each has */
	bool maps_refused; /* this host allows none over maps: no sweeps, and gauges by files */
};

/* Its program's name, and that function's. */
const char *iterator_name(enum iterator iterator);
const char *iterator_function(enum iterator iterator);

/* Whether the request needs it, and the kernel may have it. */
bool iterator_wanted(enum iterator iterator, const struct request *request);

/* Which are loaded, of those that are found. */
int iterators_choose(struct iterators *iterators, const struct request *request);

bool iterator_is_loaded(const struct iterators *iterators, enum iterator iterator);

/*
 * Visits all once; map: of those over a map; else NULL. What the program writes goes to `record`
 * (NULL: nowhere). Nothing happens if it is not loaded.
 */
int iterator_run(const struct iterators *iterators, enum iterator iterator,
		 const struct bpf_map *map, probe_record_fn *record, void *ctx,
		 struct error *error);

#endif
