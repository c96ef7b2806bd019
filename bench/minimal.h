/* SPDX-License-Identifier: MIT */
/* The record of the minimal probe. */
#ifndef BENCH_MINIMAL_H
#define BENCH_MINIMAL_H

#include <linux/types.h>

struct minimal_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 pid, tid;
};

_Static_assert(sizeof(struct minimal_event) == 16, "the yardstick's record has 16 bytes");

#endif
