/* SPDX-License-Identifier: MIT */
/*
 * A store: lines of JSON on disk, whole, in order, bounded. The side that writes; reader.h is the
 * other. What lies where, byte by byte: frame.h.
 *
 * DIR/BOOT_ID/00000000000000000001.ndjson.zst is a segment, named by the seq of its first line. A
 * segment is frames, each of which is written at once: an index that zstd passes over, then a zstd
 * frame of lines. `zstdcat` shows the lines.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct store;

/* 0: the value in brackets. */
struct store_limits {
	uint64_t size_max;	 /* bytes of all segments; the oldest goes first (10 GiB) */
	uint64_t segment_max;	 /* bytes of one (64 MiB) */
	uint64_t segment_age_ns; /* from its first line on (1 h) */
};

/* All but bytes and oldest only grow. */
struct store_counts {
	uint64_t written; /* events of lines that are in a frame on its way to the disk */
	uint64_t dropped; /* events of lines that left as there was no room, since store_open() */
	uint64_t torn;	  /* lines behind a torn end that store_open() found, where it is known */
	uint64_t torn_bytes; /* what it has cut off */
	uint64_t bytes;	     /* of all segments now */
	uint64_t oldest_ns;  /* UTC of the first line there is; 0: none */
	uint64_t segments;
};

/*
 * Makes the directories that lack (mode 0750), recovers what an earlier process has left of this
 * boot, and holds a lock: of two that write to a store, the second gets -EBUSY, with the pid of the
 * first in error. No symbolic link is followed below dir. Returns 0 or -errno with a line in
 * error. Nothing of it starts a thread before the first store_append().
 */
int store_open(const char *dir, const char *boot_id, const struct store_limits *limits,
	       struct store **ret, struct error *error);

/* The seq that the next line must have: 1, or that behind the last one of this boot. */
uint64_t store_next_seq(const struct store *store);

/*
 * Takes whole lines, each with its newline; size: bytes of all. Their time, seq, weight and
 * destination are read from the lines themselves. A frame is written once it has 500 lines or 256
 * KiB; never waits for a disk but in write(2). Returns 0, or -errno of the write (-ENOSPC, ...):
 * then the lines are not taken, and may be brought again.
 */
int store_append(struct store *store, const char *lines, size_t size);

/*
 * Writes what is in no frame yet. To be called each 200 ms, and at the end. Returns 0 or -errno;
 * what was not written is kept.
 */
int store_flush(struct store *store);

struct store_counts store_counts(struct store *store);

/* Syncs and closes; what store_flush() could not write is gone. NULL is fine. */
void store_close(struct store *store);

#endif
