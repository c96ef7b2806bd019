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
#include <sys/types.h>

#include "store/frame.h"
#include "store/list.h"
#include "util/error.h"

struct store;

/* 0: the value in brackets. */
struct store_limits {
	uint64_t size_max;	 /* bytes of all segments; the oldest goes first (10 GiB) */
	uint64_t segment_max;	 /* bytes of one (64 MiB) */
	uint64_t segment_age_ns; /* from its first line on (1 h) */
};

/* All but bytes, oldest_ns and segments only grow. Events are counted as lines stand for them. */
struct store_counts {
	uint64_t written; /* events of lines that are in a frame on its way to the disk */
	uint64_t dropped; /* events that left as there was no room, since store_open() */
	uint64_t removed; /* events of segments that were removed as they were being written */
	uint64_t torn;	  /* events behind a torn end that store_open() found, where it is known */
	uint64_t torn_bytes; /* what it has cut off */
	uint64_t bytes;	     /* of all segments now */
	uint64_t oldest_ns;  /* UTC of the first line there is; 0: none */
	uint64_t segments;
};

/* Segments of a boot, one behind the other, that left as there was no room, or were removed. */
struct store_dropped {
	char boot[STORE_BOOT_MAX + 1];
	uint64_t first_seq, last_seq;
	uint64_t events;
};

/*
 * Makes the directories that lack (mode 0750), recovers what an earlier process has left of this
 * boot, and holds a lock: of two that write to a store, the second gets -EBUSY, with the pid of the
 * first in error. A directory with more in it than a store is refused (-ENOTEMPTY) as it is. No
 * symbolic link is followed below dir. Returns 0 or -errno with a line in error. Nothing of it
 * starts a thread before the first store_append(), from which on it calls: write, openat, pread64,
 * fstat, fstatfs, ftruncate, fdatasync, fsync, unlinkat, mkdirat, fcntl, getdents64, close, futex,
 * clock_gettime, and what a thread and malloc() need. In DIR it makes, reads and removes files.
 */
int store_open(const char *dir, const char *boot_id, const struct store_limits *limits,
	       struct store **ret, struct error *error);

/* The seq that the next line must have: 1, or that behind the last one of this boot. */
uint64_t store_next_seq(const struct store *store);

/*
 * Takes whole lines of JSON (store/tag.h), each with its newline and a seq above that before;
 * size: bytes of all. A frame is written once it has 500 lines or 1 MiB; nothing but write(2)
 * waits for a disk. As write(2) does, it returns how many bytes it has taken, of whole lines; or
 * -errno if none could be, as a frame of earlier ones could not be written (-ENOSPC, ...), or
 * -EINVAL: the first line is none, or has no such seq; or -EMSGSIZE: has more than 1 MiB.
 */
ssize_t store_append(struct store *store, const char *lines, size_t size);

/*
 * Writes what is in no frame yet. To be called each 200 ms, and at the end. Returns 0 or -errno;
 * what was not written is kept.
 */
int store_flush(struct store *store);

/*
 * Where an earlier process of this boot has come with that ring, as far as it is in the store; all
 * 0: nothing is known. consumed: what of the ring was given back, and cannot be had again. Before
 * the first store_append(): store_next_seq() may be less then, as lines that were torn come again.
 */
struct frame_mark store_resume(struct store *store, uint64_t ring, uint64_t consumed);

/* These may be called by any thread while another one writes: none waits for a disk. */

/*
 * Where who brings lines has come once the line of that seq is kept, and no line of a higher seq.
 * To be called before that line is appended, and again as what comes behind it becomes no line:
 * then store_flush() keeps the mark alone.
 */
void store_mark(struct store *store, uint64_t seq, const struct frame_mark *mark);

/* No line comes of that seq, or of a higher one: those of lines to come are marked anew. */
void store_unmark(struct store *store, uint64_t seq);

/* The position up to which all is in the store that has a mark since store_open(); 0: none. */
uint64_t store_marked(struct store *store);

struct store_counts store_counts(struct store *store);

/* Takes the oldest that was not taken yet; false: there is none. */
bool store_take_dropped(struct store *store, struct store_dropped *ret);

/*
 * The last -errno of a sync, or of removing what was dropped, since this was asked before; 0: there
 * was none.
 */
int store_sync_error(struct store *store);

/*
 * Gives all there is to that user: for a process that gives up its own rights before the first
 * store_append(). Returns 0; -ENOTEMPTY where more than a store is in the directory; -EMLINK for a
 * file that has further names; or another -errno.
 */
int store_give(struct store *store, uid_t uid, gid_t gid);

/* Syncs and closes; what store_flush() could not write is gone. NULL is fine. */
void store_close(struct store *store);

#endif
