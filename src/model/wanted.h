/* SPDX-License-Identifier: MIT */
/*
 * Filters that only user space can decide: the kernel side cannot compare paths and names of any
 * length. Pure.
 */
#ifndef MODEL_WANTED_H
#define MODEL_WANTED_H

#include <stdbool.h>

#include "model/event.h"
#include "util/choice.h"

/* A container's id may be cut off, but no shorter than to so many digits. */
#define CONTAINER_ID_MIN 12

/* Zero-initialised, it wants all events. Its texts are its own: see wanted_add(). */
struct wanted {
	/*
	 * Of char *. An executable's absolute path, its last component, or that of a memfd behind
	 * MEMFD_PREFIX.
	 */
	struct choice exes;
	struct choice containers; /* an id, or its first CONTAINER_ID_MIN digits or more; a name */
	struct choice units;	  /* of systemd, whole: "nginx.service" */
};

/* UNKNOWN: it could fit, but what would tell is not known. */
enum fit { FIT_NO, FIT_UNKNOWN, FIT_YES };

/*
 * Whether the event is wanted: one of the named texts of each choice that has any must fit, and
 * none of those that are left out. What is left out may well be what is not known.
 */
enum fit wanted_fit(const struct wanted *wanted, const struct event *event);

/*
 * Whether the event's process runs that executable: its absolute path, its last component, or a
 * memfd's. The kernel itself runs none.
 */
enum fit exe_fit(const char *text, const struct event *event);

/* Whether all that the executable `inner` can fit, `outer` fits as well; and likewise. */
bool exe_covers(const char *outer, const char *inner);
bool container_covers(const char *outer, const char *inner);

/* Whether a container is wanted by what cannot be the beginning of its id. */
bool wanted_has_names(const struct wanted *wanted);

/* Whether the text is lower-case hexadecimal digits alone, and at least `least` of them. */
bool is_hex(const char *text, size_t least);

/* Adds a copy of the text to one of the choices. Returns 0 or -ENOMEM. */
int wanted_add(struct choice *choice, bool left_out, const char *text);
void wanted_free(struct wanted *wanted);

#endif
