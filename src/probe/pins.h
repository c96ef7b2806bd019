/* SPDX-License-Identifier: MIT */
/*
 * What of the probe outlives its process, pinned in a directory: programs, their links, and the
 * maps that are state. The next process takes the maps over, attaches programs of its own beside
 * those of before, and lets them take their turn by one store: bpf/gate.bpf.h. The number of the
 * generation whose turn it is lies in `shared`, so a process may be killed at any point in between:
 * what is pinned by that number is whole.
 */
#ifndef PROBE_PINS_H
#define PROBE_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "contract/config.h"
#include "probe/loader.h"
#include "probe/pin_dir.h"
#include "probe/programs.h"

/* Generations that are there at once: one, and what processes left that were killed. */
#define PIN_GENERATIONS_MAX 16

/* All zeros but lock_fd, which is -1: nothing is pinned. */
struct pins {
	const char *dir; /* borrowed; NULL: nothing is to be pinned */
	int lock_fd;
	uint32_t generation; /* of the programs of this process */
	uint32_t before;     /* of those that it takes over from; 0: it takes nothing over */
	uint32_t left;	     /* likewise, where that does not fit */
	uint32_t found[PIN_GENERATIONS_MAX]; /* all that are there, but our own */
	int n_found;
	struct config config; /* of `before` */
	bool other_filters;   /* what is asked for is not what was */
	bool pair_ended;      /* the programs at system calls ended with their process */
	struct probe_pins told;
};

/* Locks the directory and looks what is in it. Returns 0, or -errno and a line in error. */
int pins_open(struct pins *pins, const char *dir, struct error *error);

/* Lets the directory go. What is pinned stays. */
void pins_close(struct pins *pins);

/*
 * Whether what was found fits the object, as config will be but for what is set here: generation,
 * and the size of the ring that wakeup_size is of. If not, told.misfit says why.
 */
void pins_choose(struct pins *pins, const struct bpf_object *object, struct config *config);

/* Before the object is loaded: gives it the maps of before. Returns 0 or -errno. */
int pins_reuse(struct pins *pins, const struct bpf_object *object);

/* Once all is attached: pins it. Returns 0, or -errno and a line in error. */
int pins_put(struct pins *pins, const struct bpf_object *object, const struct programs *programs,
	     struct error *error);

/*
 * Lets the programs of this process take their turn, and takes away those of before. Of a ring that
 * was not taken over, told.unread is what nobody had read.
 */
void pins_switch(struct pins *pins, struct shared *shared, const struct programs *programs);

#endif
