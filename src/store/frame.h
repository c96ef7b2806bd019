/* SPDX-License-Identifier: MIT */
/*
 * What a segment is made of, byte by byte. Pure.
 *
 * A segment is frames, one behind the other, each an index and its content:
 *
 *	index	 a zstd "skippable frame" (RFC 8878, 3.1.2), which all zstd programs pass over
 *	content	 a zstd frame of whole lines of JSON, each with its newline
 *
 * All numbers are little-endian. Of an index:
 *
 *	 0 u32 0x184D2A5A	 8 "tpcf"	   16 u64 first seq	32 u64 earliest time, UTC in
 *ns 4 u32 bytes that follow 12 u32 version	   24 u64 last seq	40 u64 latest
 *	48 u64 events		56 u32 lines	   64 u64 size of the lines
 *				60 u32 notices	   72 u64 size of the content
 *	80 u32 CRC of the content		   84 u32 size of the filter
 *	88 filter		then u32 CRC of all of the index before it
 *
 * Version 1 has no mark; in version 2 a mark lies before the filter, which then begins at 136:
 *
 *	 88 u64 ring		104 u64 received   120 u64 filtered
 *	 96 u64 position	112 u64 opened	   128 u64 written
 *
 * CRCs are zlib's crc32(). A segment that is over ends with one more index, "tpcs" instead of
 * "tpcf", which has no content: the sums of all. "tpcm" has none either: it is a mark alone, of
 * what has come behind the last line and has become none.
 *
 * The filter (of Bloom's) knows each destination in the frame: FRAME_HASHES bits of it. It has 2^n
 * bytes, 8 or as few above as leave half of the bits clear; so of destinations that are not in the
 * frame, about one in 100 is taken for one that may be. Size 0: no line has a destination.
 */
#ifndef STORE_FRAME_H
#define STORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_LINES_MAX 500
/* Their bytes: as many lines with all that may be known of a process take 800 KB. */
#define FRAME_RAW_MAX (1024 * 1024)
/* More than zstd makes of them. */
#define FRAME_CONTENT_MAX (FRAME_RAW_MAX + FRAME_RAW_MAX / 128)
#define FRAME_HASHES	  7

/* In fewer, two bits are too often the same. */
#define FRAME_FILTER_MIN 8
/* Half of its bits are clear with the destinations of as many lines as a frame has, and more. */
#define FRAME_FILTER_MAX 1024
/* Likewise, with 45,000 destinations. */
#define FRAME_SUMS_FILTER_MAX (64 * 1024)

#define FRAME_INDEX_SIZE 92 /* without mark and filter */
#define FRAME_MARK_SIZE	 48
#define FRAME_INDEX_MAX	 (FRAME_INDEX_SIZE + FRAME_MARK_SIZE + FRAME_FILTER_MAX)
#define FRAME_SUMS_MAX	 (FRAME_INDEX_SIZE + FRAME_SUMS_FILTER_MAX)

/*
 * How far who brings lines had come with what it makes them of, once the last of a frame was made:
 * where to go on when that one is dead. All counts are of events, since the ring was made.
 */
struct frame_mark {
	uint64_t ring;	   /* its name in this boot; 0: there is no mark */
	uint64_t position; /* bytes of the ring: what lies before is in lines, or is not wanted */
	uint64_t received; /* out of the ring */
	uint64_t opened;   /* besides: told of what was open before */
	uint64_t filtered; /* of both: not wanted */
	uint64_t written;  /* that all lines stand for */
};

struct frame_index {
	bool is_sums, is_mark; /* neither: it has lines */
	uint64_t first_seq, last_seq;
	uint64_t since_ns, until_ns; /* UTC: of the earliest line, and of the latest */
	uint64_t events;	     /* that lines stand for */
	uint32_t lines, notices;     /* the latter are among the former */
	uint64_t raw_size, size;     /* of the lines, and compressed */
	uint32_t crc;
	struct frame_mark mark;
	const uint8_t *filter; /* of filter_size bytes, somebody else's */
	uint32_t filter_size;
};

/* The bytes that an index has on disk, and those that it and its content have. */
static inline size_t frame_index_size(const struct frame_index *index)
{
	return FRAME_INDEX_SIZE + (index->mark.ring ? FRAME_MARK_SIZE : 0) + index->filter_size;
}

static inline uint64_t frame_size(const struct frame_index *index)
{
	return frame_index_size(index) + index->size;
}

/* out: room for frame_index_size() bytes. */
void frame_index_write(const struct frame_index *index, uint8_t *out);

/*
 * Reads an index at the start of data; filter points into that. Returns 0; -EAGAIN: it may be one,
 * of which *ret_needed bytes are needed to know; -EBADMSG: it is none, or damaged; -ENOTSUP: it is
 * whole, and of a version to come.
 */
int frame_index_read(const uint8_t *data, size_t size, struct frame_index *ret, size_t *ret_needed);

/* The first place from which on data may be the begin of an index; size, if there is none. */
size_t frame_find(const uint8_t *data, size_t size);

/* Adds a frame to the sums of those before it, which are all 0 at first: no size, mark, filter. */
void frame_index_add(struct frame_index *sums, const struct frame_index *frame);

uint32_t frame_crc(const void *content, size_t size);

/* Filters: of 2^n bytes, clear at first. */
void filter_add(uint8_t *filter, size_t size, const uint8_t destination[16]);
/* Makes it as small as it may be, at its own place, and returns its size. */
size_t filter_fold(uint8_t *filter, size_t size);
/* Whether it may be one that was added. */
bool filter_has(const uint8_t *filter, size_t size, const uint8_t destination[16]);

#endif
