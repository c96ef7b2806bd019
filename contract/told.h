/* SPDX-License-Identifier: MIT */
/*
 * What the kernel side has told of images and cgroups: a set that forgets. What it has forgotten is
 * told again. It writes the set; user space takes things out. Compiled by both sides.
 *
 * Every attempt asks the set, and a hash map of the kernel's costs more than all else of that
 * question. So of each thing the set has a fingerprint of 64 bits, in one of the places of a line:
 * of a process all in the line that its pid stands for. Words are written at once, so no lock is
 * needed: of two that write the same word, one is forgotten. That something new has the fingerprint
 * of something told is as likely as that a guess of 61 bits is right; then it stays untold until
 * the other is forgotten.
 */
#ifndef CONTRACT_TOLD_H
#define CONTRACT_TOLD_H

#include <linux/types.h>

#define TOLD_LINE_BITS 13
#define TOLD_LINES     (1 << TOLD_LINE_BITS)
#define TOLD_PLACES    8 /* a power of two: as many as a line of the cache has */

/* 512 KiB in all. An image in its cgroups takes two places of 65,536, a pair of cgroups one. */
struct told_line {
	__u64 prints[TOLD_PLACES]; /* 0: none */
};

#define TOLD_INLINE static inline __attribute__((always_inline))

/* The finalizer of MurmurHash3 (Austin Appleby): every bit of the sum depends on every one. */
TOLD_INLINE __u64 told_mixed(__u64 sum)
{
	sum = (sum ^ sum >> 33) * 0xff51afd7ed558ccd;
	sum = (sum ^ sum >> 33) * 0xc4ceb9fe1a85ec53;
	return sum ^ sum >> 33;
}

TOLD_INLINE __u64 told_image(__u64 start_ns, __u32 pid, __u32 exec_id)
{
	return told_mixed(start_ns ^ told_mixed((__u64)pid << 32 | exec_id));
}

TOLD_INLINE __u64 told_cgroups(__u64 id, __u64 id1)
{
	return told_mixed(id ^ told_mixed(~id1));
}

/*
 * An image in its cgroups. Of how many images a pair of cgroups is told, nobody knows; so user
 * space raises the epoch when that pair shall be told again, and every image is asked for its
 * cgroups.
 */
TOLD_INLINE __u64 told_both(__u64 image, __u64 cgroups, __u32 epoch)
{
	return image ^ (cgroups + epoch);
}

/* The line of a process; of cgroups, by their fingerprint. */
TOLD_INLINE __u32 told_line_of_pid(__u32 pid)
{
	return told_mixed(pid) >> (64 - TOLD_LINE_BITS);
}

TOLD_INLINE __u32 told_line_of_cgroups(__u64 print)
{
	return print >> (64 - TOLD_LINE_BITS);
}

#endif
