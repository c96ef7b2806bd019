/* SPDX-License-Identifier: MIT */
/*
 * EVENT_CGROUP: the path of a cgroup, once, before the first attempt that was made in it. Compiled
 * by both sides. Paths are the host's, whatever cgroup namespace the process is in.
 */
#ifndef CONTRACT_CGROUP_H
#define CONTRACT_CGROUP_H

#include "contract/record.h"

/* Components of a cgroup's path that are taken; of a longer one, those at its end. */
#define CGROUP_DEPTH_MAX 16

/* cgroup_record.flags */
#define CGROUP_CUT	 (1u << 0) /* of the path, only its end is known */
#define CGROUP_CUT1	 (1u << 1) /* likewise of that of version 1 */
#define CGROUP_FLAGS_ALL 0x3u

struct cgroup_record {
	struct record head;
	__u64 id;     /* attempt.cgroup_id */
	__u64 id1;    /* attempt.cgroup1_id */
	__u32 flags;  /* CGROUP_* */
	__u16 size;   /* bytes of the path of version 2, at the beginning of texts */
	__u16 size1;  /* of the path of version 1, behind it; with id1, else 0 */
	char texts[]; /* components, the last one first, each with a NUL behind it */
};

_Static_assert(sizeof(struct cgroup_record) == 32, "struct cgroup_record has holes or has grown");

#endif
