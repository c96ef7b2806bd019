/* SPDX-License-Identifier: MIT */
/* By what events can be put together, and what --by calls that. Pure. */
#ifndef MODEL_BY_H
#define MODEL_BY_H

#include <stddef.h>

enum by {
	BY_PROCESS = 1 << 0, /* its name: processes of one name come together */
	BY_PID = 1 << 1,     /* each process by itself, with its name */
	BY_DST = 1 << 2,     /* the address */
	BY_PORT = 1 << 3,
	BY_USER = 1 << 4,
	BY_CGROUP = 1 << 5,    /* its path; its id where the path is not known */
	BY_EXE = 1 << 6,       /* the executable's path */
	BY_CONTAINER = 1 << 7, /* its id; its name where it has no id */
	BY_UNIT = 1 << 8,      /* of systemd */
	BY_NAME = 1 << 9,      /* the destination's, by DNS */
};

/* Those that need more than an attempt itself says: EVENT_PROCESS and EVENT_CGROUP. */
#define BY_CONTEXT (BY_CGROUP | BY_EXE | BY_CONTAINER | BY_UNIT)

/* The bit of that name ("process", "pid", ...); 0: there is none. */
unsigned int by_find(const char *name);

/* Names by index; NULL behind the last. */
const char *by_name(size_t i);

#endif
