/* SPDX-License-Identifier: MIT */
/* Who and where: what the kernel side tells of it goes to enrich/, and events get it from there. */
#ifndef ENGINE_WHO_H
#define ENGINE_WHO_H

#include <stdbool.h>
#include <stddef.h>

#include "model/event.h"
#include "model/request.h"

struct containers;
struct enrich;
struct intake;
struct probe;

struct who {
	struct enrich *enrich;
	struct probe *probe;	       /* borrowed; NULL until it is open */
	bool told;		       /* the kernel side tells of it */
	struct containers *containers; /* NULL: names are not looked up */
	const struct intake *intake;   /* borrowed; NULL until it is open */
};

/*
 * Also starts the process that looks up names, if the request wants them: so before all else is
 * opened. 0 or -errno. The caller closes it, opened or not.
 */
int who_open(struct who *who, const struct request *request);
void who_close(struct who *who);

/* Takes a record of EVENT_PROCESS, EVENT_CGROUP or EVENT_DNS. Returns 0 or -errno: then it is not
 * known. */
int who_record(struct who *who, enum event_kind kind, const void *record, size_t size);

/*
 * Sets image, cgroup and names of an event that has come. What is not known although the kernel
 * side has told of it is asked for again: the process's next attempt has it. Returns whether
 * something is not.
 */
bool who_event(struct who *who, struct event *event);

/* Says what was forgotten, and how many answers gave names, for -v. */
void who_say_forgotten(const struct who *who);

#endif
