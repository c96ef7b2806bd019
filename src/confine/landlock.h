/* SPDX-License-Identifier: MIT */
/*
 * Which files a thread may open by name from now on, whatever its user may: Landlock, by system
 * calls, as there is no library. Descriptors that are open stay what they are.
 */
#ifndef CONFINE_LANDLOCK_H
#define CONFINE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A directory below which files may be read; or made, written, renamed and removed as well. */
struct landlock_place {
	const char *path;
	bool write;
};

/* The version of Landlock's interface that the kernel has; -errno: none (since Linux 5.13). */
int landlock_version(void);

/*
 * Everything else is refused with EACCES, and so are TCP ports and abstract sockets, where the
 * kernel's version can do that. A place that is not there stays closed. Takes no_new_privileges().
 * Returns the version, or -errno.
 */
int landlock_enter(const struct landlock_place *places, size_t n);

/* The same, but that it may connect to these TCP ports. */
int landlock_enter_with_ports(const struct landlock_place *places, size_t n, const uint16_t *ports,
			      size_t n_ports);

#endif
