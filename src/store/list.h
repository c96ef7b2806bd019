/* SPDX-License-Identifier: MIT */
/* Which segments there are in a store, and how they are opened: no link is followed below it. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define STORE_BOOT_MAX 64

struct segment {
	char boot[STORE_BOOT_MAX + 1];
	uint64_t first_seq; /* by its name */
	uint64_t size;	    /* bytes, when it was listed */
	uint64_t ino;	    /* of its file then */
	uint64_t since_ns;  /* of its boot's first frame that is whole; 0: there is none */
	bool is_last;	    /* of its boot, which is over */
};

#define SEGMENT_NAME_LEN (20 + sizeof(".ndjson.zst") - 1)

void segment_name(uint64_t first_seq, char ret[SEGMENT_NAME_LEN + 1]);
bool segment_name_read(const char *name, uint64_t *ret_first_seq);

/* Lower case hexadecimal digits and hyphens, as the kernel's boot ids are. */
bool boot_name_is_good(const char *name);

/* Of a directory in dir_fd. Return a descriptor or -errno. */
int boot_open(int dir_fd, const char *boot);
int segment_open(int dir_fd, const struct segment *segment, int flags, mode_t mode);

/*
 * All segments, in order: boots by their first time, and those of last_boot (or NULL) behind all.
 * Returns 0 or -errno; *ret is to be freed.
 */
int segments_list(int dir_fd, const char *last_boot, struct segment **ret, size_t *ret_n);

#endif
