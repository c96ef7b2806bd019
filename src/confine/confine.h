/* SPDX-License-Identifier: MIT */
/*
 * What a process gives up once all is attached: its user, capabilities, files, system calls.
 * docs/privileges.md has what is left, and what for. Library code: it does not log.
 */
#ifndef CONFINE_CONFINE_H
#define CONFINE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "confine/landlock.h"
#include "util/error.h"

struct confinement {
	bool change_user; /* to these, without any further group; false: stays who it is */
	uid_t uid;
	gid_t gid;
	const struct landlock_place *places; /* besides /proc, which can be read */
	size_t n_places;

	/*
	 * Whether what is still to be done works: called without capabilities, and again with
	 * `spare` if that was -EPERM. Returns 0 or -errno.
	 */
	int (*works)(void *ctx);
	void *ctx;
	uint64_t spare;
};

/* What of it was done. */
struct confined {
	uint64_t kept;	  /* capabilities: 0, or the spare ones */
	int user_err;	  /* 0, or -errno: the user stays, as this process may not change it */
	int bounding_err; /* likewise of the bounding set, which counts for nothing then */
	int landlock;	  /* its version, or -errno */
	int syscalls_err; /* 0, or -errno */
};

/*
 * To be called while there is one thread: capabilities and Landlock are a thread's own. Returns 0
 * and *ret; or -errno with a line in error, if capabilities cannot be given up, or without them
 * works() does not say yes.
 */
int confine(const struct confinement *confinement, struct confined *ret, struct error *error);

#endif
