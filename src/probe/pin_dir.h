/* SPDX-License-Identifier: MIT */
/*
 * The directory on a BPF file system in which a recorder pins what outlives it. In it is a
 * directory for each generation of programs, by its number: mostly one.
 *
 * The directory itself is what the recorder locks: bpffs holds no regular files, and a lock file
 * elsewhere would be one more thing to own, to allow and to take away. Who can pin can lock. The
 * lock ends with the process, however that ends.
 */
#ifndef PROBE_PIN_DIR_H
#define PROBE_PIN_DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

/*
 * Opens the directory and locks it; make: makes it first, with mode 0700, if there is none. Returns
 * its descriptor, which the caller closes; or -errno and a line in error: -ENOENT: there is none;
 * -EBUSY: another process has locked it.
 */
int pin_dir_open(const char *path, bool make, struct error *error);

/* Who has locked the directory of that descriptor, as far as /proc tells; 0: nobody. */
int pin_dir_holder(int dir_fd);

/* Whether a path is on a BPF file system. */
bool is_on_bpffs(const char *path);

/*
 * The numbers of the generations in it, of which the first n_max are written to ret. Returns how
 * many there are, or -errno.
 */
int pin_dir_generations(int dir_fd, uint32_t *ret, int n_max);

/* Room for the path of anything in it. */
#define PIN_PATH_MAX (PATH_MAX + 64)

/*
 * The path of what is pinned by that name; kind: what it is, such as "map"; NULL name: that of the
 * generation's directory. bpffs takes no dots in names: one at the beginning is left out.
 */
void pin_path(char ret[static PIN_PATH_MAX], const char *dir, uint32_t generation, const char *kind,
	      const char *name);

/*
 * Opens what is pinned by that name: a descriptor that the caller closes, or -errno.
 */
int pin_get(const char *dir, uint32_t generation, const char *kind, const char *name);

/* How many of that kind are pinned. */
int pin_count(int dir_fd, uint32_t generation, const char *kind);

/* Takes away all that is pinned of a generation. Returns 0 or -errno. */
int pin_dir_remove(int dir_fd, uint32_t generation);

#endif
