/* SPDX-License-Identifier: MIT */
/*
 * Reads a store, also while it is written: whole lines in order, boot after boot, of such frames
 * alone as can have what is asked for. What is damaged is passed over, counted, and never shown.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/frame.h"
#include "util/error.h"

struct store_reader;

/*
 * Addresses as events have them: 16 bytes, IPv4 as ::ffff:a.b.c.d. Frames with notices (start,
 * loss, stop) have them for all destinations. The first of these behind the span is read as well.
 */
struct store_query {
	uint64_t since_ns, until_ns;	   /* UTC, [since, until); 0: no bound */
	const uint8_t (*destinations)[16]; /* only frames that can have one of these; NULL: all */
	size_t n_destinations;		   /* the caller's, as long as the reader lives */
	/* This boot comes last, wherever its clock was at its begin; NULL: boots come by time. */
	const char *last_boot; /* likewise the caller's */
};

struct store_read {
	uint64_t segments,
		segments_read;	      /* how many there are, and of how many any frame was seen */
	uint64_t frames, frames_read; /* how many were seen, and how many of them decompressed */
	uint64_t damaged;	      /* places that were passed over */
	uint64_t damaged_bytes;
	uint64_t tail_bytes; /* behind all that is whole: what is being written, or was torn off */
	uint64_t missing;    /* seqs that are in no whole frame, as what is there tells, but for
				those before the first segment of all */
	uint64_t missing_at_ends; /* of these, behind all other lines of a boot */
	uint64_t newer;		  /* segments of a version to come, which were passed over */
	uint64_t first_ns;  /* UTC of the first line of all, asked for or not; 0: none was seen */
	uint64_t last_ns;   /* likewise of the latest */
	uint64_t first_seq; /* what the first segment of all begins with; 0: not known */
	uint64_t before_ns; /* UTC of the latest line before this one's frame; 0: none was seen */
};

/* dir: a store, or one segment's file. Returns 0 or -errno with a line in error. */
int store_reader_open(const char *dir, const struct store_query *query, struct store_reader **ret,
		      struct error *error);
void store_reader_close(struct store_reader *reader);

/*
 * The next line, without its newline, valid until the next call. Lines of a frame that was read
 * come all: those outside the query's span too. Returns 1; 0: the end, for now, as
 * an incomplete frame at the very end is one that is being written; -errno.
 */
int store_reader_next(struct store_reader *reader, const char **ret, size_t *ret_size);

/* A frame as it lies there, valid until the next call. */
struct store_frame {
	const char *boot;
	const struct frame_index *index;
	const uint8_t *content; /* index->size bytes of zstd, as its checksum says */
};

/*
 * The next frame; of one reader, either lines are asked for or frames. From the first one that is
 * asked for on, all come, whatever times they have. Returns as store_reader_next().
 */
int store_reader_next_frame(struct store_reader *reader, struct store_frame *ret);

/*
 * Before anything is read: begins with the segment that has the line of that boot, or would have
 * it. Returns 0; -ENOENT, and begins with the first of all: there is none of that boot.
 */
int store_reader_seek(struct store_reader *reader, const char *boot, uint64_t seq);

/*
 * What was passed over, and where: a line for a person, of each of the first places. Returns NULL
 * where there is none that has not been told.
 */
const char *store_reader_damage(struct store_reader *reader);

/* Nothing more is asked for: what stands at the end and is not being written was torn. */
void store_reader_end(struct store_reader *reader);

/* The boot whose the last line is: its directory's name. "" before the first. */
const char *store_reader_boot(const struct store_reader *reader);

/*
 * At the end: whether the lines of the boot that was read begin anew there, in other files, as
 * where a store was emptied and its recorder started again. What is there now is then not read.
 */
bool store_reader_is_anew(const struct store_reader *reader);

/* Whether a process writes to the store now, or may: where that cannot be asked. */
bool store_reader_is_written(const struct store_reader *reader);

struct store_read store_read(const struct store_reader *reader);

#endif
