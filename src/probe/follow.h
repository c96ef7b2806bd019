/* SPDX-License-Identifier: MIT */
/* The map of the processes that are followed, which the kernel side keeps: bpf/follow.bpf.c. */
#ifndef PROBE_FOLLOW_H
#define PROBE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "util/choice.h"

/*
 * Enters processes (thread group ids), of which what is named is wanted. Once the programs are
 * attached: then whatever they start from now on is seen. Returns 0 or -errno.
 */
int follow_pids(int map_fd, const struct choice *pids);

/* Whether any process that is followed runs. */
bool follow_any(int map_fd);

/* How many of them run; -errno if it cannot be told. */
int follow_count(int map_fd);

#endif
