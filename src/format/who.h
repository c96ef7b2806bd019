/* SPDX-License-Identifier: MIT */
/* What formats show of an event's image and cgroup. Pure. */
#ifndef FORMAT_WHO_H
#define FORMAT_WHO_H

#include <stdbool.h>
#include <stddef.h>

#include "format/cell.h"
#include "model/event.h"

/* The digits of a container's id that people are shown, as docker and crictl do. */
#define CONTAINER_DIGITS 12

struct word {
	const char *text; /* of the event's; NULL: there is none */
	size_t len;
};

/* Whether the path ends with the process's name, of which the kernel keeps COMM_LEN - 1 bytes. */
bool who_is_named_by(const char *path, const char *comm);

/* The container for people: the first digits of its id; its name where it has no id. */
struct word who_container(const struct event *event);

/*
 * A name that was looked up for a container which has an id (--container-names): its own, or its
 * name in its pod.
 */
const char *who_container_name(const struct event *event);

/* The systemd unit for people: none where there is a container, or where it is no service. */
struct word who_unit(const struct event *event);

/*
 * The next argument, *at moving on from the first byte of the arguments to behind the last; none at
 * the end.
 */
struct word who_next_arg(const struct image *image, size_t *at);

/* The container, by its name if that was looked up, or the unit; empty: neither is known. */
void who_place_cell(struct cell *cell, const struct event *event, unsigned int max);

/* The executable, by the one of its three names that is known; "-": none is. */
void who_exe_cell(struct cell *cell, const char *exe, const char *exe_tail, const char *memfd,
		  unsigned int max);

/* Bytes of all texts of image, cgroup and names. */
size_t who_text_size(const struct event *event);

#endif
