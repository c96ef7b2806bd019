// SPDX-License-Identifier: MIT
#include "store/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "store/damage.h"
#include "store/trail.h"
#include "store/walk.h"
#include "util/cleanup.h"

struct store_reader {
	struct trail trail;
	struct store_query query;
	struct store_read read;
	struct walk walk;	       /* of the segment that is open */
	bool is_open, is_seen;	       /* is_seen: a frame of it was */
	bool has_behind;	       /* what is_right_behind() was read */
	bool is_over;		       /* another one follows: nothing more will come */
	char boot[STORE_BOOT_MAX + 1]; /* whose seqs these are */
	uint64_t next_seq;	       /* that should come; 0: not known */
	uint64_t broken_seq;	       /* the last of a frame that was damaged but for its index */
	bool is_packed, has_frame;     /* frames are asked for, and not lines; there is one */
	ZSTD_DCtx *zstd;
	uint8_t *content;    /* FRAME_CONTENT_MAX */
	char *raw;	     /* FRAME_RAW_MAX: lines */
	size_t at, raw_size; /* the next line, and where the last one ends */
	struct damage damage;
};

int store_reader_open(const char *dir, const struct store_query *query, struct store_reader **ret,
		      struct error *error)
{
	struct store_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return error_set(error, -ENOMEM, "out of memory");
	reader->trail.dir_fd = reader->trail.file_fd = -1;
	reader->query = *query;
	reader->content = malloc(FRAME_CONTENT_MAX);
	reader->raw = malloc(FRAME_RAW_MAX);
	reader->zstd = ZSTD_createDCtx();
	if (!reader->content || !reader->raw || !reader->zstd)
		err = error_set(error, -ENOMEM, "out of memory");
	else
		err = trail_open(dir, query->last_boot, &reader->trail, error);
	if (err) {
		store_reader_close(reader);
		return err;
	}
	*ret = reader;
	return 0;
}

static void end_damage(struct store_reader *reader,
		       void (*end)(struct damage *damage, const char *name))
{
	char name[PATH_MAX];

	trail_name(&reader->trail, name, sizeof(name));
	end(&reader->damage, name);
}

static void close_segment(struct store_reader *reader)
{
	if (!reader->is_open)
		return;
	end_damage(reader, damage_leave);
	cleanup_close(&reader->walk.fd);
	walk_end(&reader->walk);
	reader->is_open = false;
}

void store_reader_close(struct store_reader *reader)
{
	if (!reader)
		return;
	close_segment(reader);
	trail_close(&reader->trail);
	ZSTD_freeDCtx(reader->zstd);
	free(reader->content);
	free(reader->raw);
	free(reader);
}

const char *store_reader_damage(struct store_reader *reader)
{
	return damage_take(&reader->damage);
}

void store_reader_end(struct store_reader *reader)
{
	uint64_t size = reader->read.tail_bytes;
	char name[PATH_MAX];

	if (!size || trail_is_written(&reader->trail))
		return;
	trail_name(&reader->trail, name, sizeof(name));
	damage_say(&reader->damage,
		   "%s: %" PRIu64 " byte%s at its end %s torn, as by a crash: passed over", name,
		   size, size == 1 ? "" : "s", size == 1 ? "is" : "are");
}

/* Seqs that lack at the end of a boot, as the index of what is damaged there has them. */
static uint64_t missing_at_end(const struct store_reader *reader)
{
	return reader->next_seq && reader->broken_seq >= reader->next_seq
		       ? reader->broken_seq - reader->next_seq + 1
		       : 0;
}

/* Which seqs lack between what was seen before and these, and among these. */
static void note_seqs(struct store_reader *reader, const struct frame_index *index)
{
	if (reader->next_seq && index->first_seq > reader->next_seq)
		reader->read.missing += index->first_seq - reader->next_seq;
	reader->read.missing += index->last_seq - index->first_seq + 1 - index->lines;
	reader->next_seq = index->last_seq + 1;
}

static void note_frame(struct store_reader *reader, const struct frame_index *index)
{
	note_seqs(reader, index);
	if (!reader->read.first_ns)
		reader->read.first_ns = index->since_ns;
	reader->read.before_ns = reader->read.last_ns;
	if (index->until_ns > reader->read.last_ns)
		reader->read.last_ns = index->until_ns;
}

/* What a recorder tells of itself right behind the span is whether anybody recorded up to there. */
static bool is_right_behind(const struct store_reader *reader, const struct frame_index *index)
{
	uint64_t until_ns = reader->query.until_ns;

	return until_ns && index->since_ns >= until_ns && index->notices && !reader->has_behind;
}

static bool is_asked_for(const struct store_reader *reader, const struct frame_index *index)
{
	const struct store_query *query = &reader->query;

	if (is_right_behind(reader, index))
		return true;
	if (index->until_ns < query->since_ns ||
	    (query->until_ns && index->since_ns >= query->until_ns))
		return false;
	if (!query->destinations || index->notices)
		return true;
	for (size_t i = 0; i < query->n_destinations; i++)
		if (filter_has(index->filter, index->filter_size, query->destinations[i]))
			return true;
	return false;
}

/* Segments */

/* Whether its sums say that nothing in it is asked for. */
static bool is_passed_over(struct store_reader *reader)
{
	if (walk_sums(&reader->walk) || is_asked_for(reader, &reader->walk.index))
		return false;
	note_frame(reader, &reader->walk.index);
	return true;
}

/*
 * Where the seqs of a boot begin: with 1. Of the first of all, whatever was before has left the
 * store.
 */
static void note_boot(struct store_reader *reader)
{
	const struct segment *segment = &reader->trail.last;
	bool is_first = reader->read.segments == 1;

	if (is_first)
		reader->read.first_seq = segment->first_seq;
	if (strcmp(reader->boot, segment->boot) != 0) {
		reader->read.missing_at_ends += missing_at_end(reader);
		reader->broken_seq = 0;
		reader->next_seq = is_first ? segment->first_seq : 1;
	}
	memcpy(reader->boot, segment->boot, sizeof(reader->boot));
}

/* Returns 1; 0: there is none, for now; -errno. */
static int open_segment(struct store_reader *reader)
{
	int fd, err;

	do {
		close_segment(reader);
		fd = trail_next(&reader->trail);
		if (fd < 0)
			return fd == -ENOENT ? 0 : fd;
		err = walk_begin(&reader->walk, fd);
		reader->is_open = true;
		if (err)
			return err;
		reader->read.segments++;
		note_boot(reader);
	} while (is_passed_over(reader));
	reader->is_seen = reader->is_over = false;
	return 1;
}

/*
 * No whole frame follows: more may come, or it never will. Returns whether to go on. Who has
 * written the next segment may have added to this one before: it is looked at once more.
 */
static bool leave_segment(struct store_reader *reader)
{
	struct damage *damage = &reader->damage;
	uint64_t at = damage->to > reader->walk.at ? damage->to : reader->walk.at;

	if (!reader->is_over) {
		reader->is_over = trail_has_next(&reader->trail);
		reader->read.tail_bytes = reader->walk.end - at;
		if (!reader->is_over)
			end_damage(reader, damage_end);
		return reader->is_over;
	}
	damage_add(damage, at, reader->walk.end - at);
	reader->read.tail_bytes = 0;
	close_segment(reader);
	return true;
}

/* Frames */

static int decompress(struct store_reader *reader)
{
	const struct frame_index *index = &reader->walk.index;
	size_t size = ZSTD_decompressDCtx(reader->zstd, reader->raw, FRAME_RAW_MAX, reader->content,
					  index->size);

	if (ZSTD_isError(size) || size != index->raw_size || reader->raw[size - 1] != '\n')
		return -EBADMSG;
	reader->at = 0;
	reader->raw_size = size;
	return 0;
}

/* Reads the frame of the walk. Returns 0 or -errno; what is damaged is passed over. */
static int read_frame(struct store_reader *reader)
{
	struct walk *walk = &reader->walk;
	int err = walk_content(walk, reader->content);

	if (!err && !reader->is_packed)
		err = decompress(reader);
	if (err == -EBADMSG) {
		damage_add(&reader->damage, walk->frame, frame_size(&walk->index));
		reader->broken_seq = walk->index.last_seq;
		walk_distrust(walk);
		return 0;
	}
	if (err)
		return err;
	reader->read.frames_read++;
	reader->has_frame = true;
	end_damage(reader, damage_end);
	note_frame(reader, &walk->index);
	return 0;
}

/* What the walk has found. */
static int take_frame(struct store_reader *reader)
{
	struct walk *walk = &reader->walk;

	if (walk->skipped)
		damage_add(&reader->damage, walk->frame - walk->skipped, walk->skipped);
	if (walk->index.is_sums || walk->index.is_mark) {
		end_damage(reader, damage_end);
		return 0;
	}
	reader->read.frames++;
	reader->read.segments_read += !reader->is_seen;
	reader->is_seen = true;
	if (is_asked_for(reader, &walk->index)) {
		reader->has_behind |= is_right_behind(reader, &walk->index);
		return read_frame(reader);
	}
	end_damage(reader, damage_end);
	note_frame(reader, &walk->index);
	return 0;
}

/* All of it, as what follows what a newer version wrote is not known to be what it looks like. */
static int pass_newer(struct store_reader *reader)
{
	char name[PATH_MAX];

	trail_name(&reader->trail, name, sizeof(name));
	damage_say(&reader->damage,
		   "%s was written by a newer tpconnect: run that, or name another directory; "
		   "passed over",
		   name);
	reader->read.newer++;
	reader->next_seq = 0;
	close_segment(reader);
	return 1;
}

/* The next frame of the segment. Returns 1, whether it has lines or not; 0: the end; -errno. */
static int walk_on(struct store_reader *reader)
{
	struct walk *walk = &reader->walk;
	int found = walk_next(walk), err;

	if (found < 0)
		return found == -ENOTSUP ? pass_newer(reader) : found;
	if (found && walk->is_whole) {
		err = take_frame(reader);
		return err ? err : 1;
	}
	/* What should be its content may have other frames in it, if it is not being written. */
	if (found && reader->is_over) {
		uint64_t at = walk->at;

		walk_distrust(walk);
		damage_add(&reader->damage, at, walk->at - at);
		return 1;
	}
	return leave_segment(reader);
}

/* Goes on until there is a frame. Returns 1; 0: the end, for now; -errno. */
static int next_frame(struct store_reader *reader)
{
	int more = 1;

	reader->has_frame = false;
	while (more == 1 && !reader->has_frame)
		more = reader->is_open ? walk_on(reader) : open_segment(reader);
	return more;
}

int store_reader_next_frame(struct store_reader *reader, struct store_frame *ret)
{
	int more;

	reader->is_packed = true;
	more = next_frame(reader);
	if (more != 1)
		return more;
	reader->query.since_ns = 0;
	*ret = (struct store_frame){
		.boot = reader->boot,
		.index = &reader->walk.index,
		.content = reader->content,
	};
	return 1;
}

int store_reader_seek(struct store_reader *reader, const char *boot, uint64_t seq)
{
	return trail_seek(&reader->trail, boot, seq);
}

int store_reader_next(struct store_reader *reader, const char **ret, size_t *ret_size)
{
	const char *line, *end;
	int err = reader->at < reader->raw_size ? 1 : next_frame(reader);

	if (err != 1)
		return err;
	line = reader->raw + reader->at;
	end = memchr(line, '\n', reader->raw_size - reader->at);
	reader->at = (size_t)(end + 1 - reader->raw);
	*ret = line;
	*ret_size = (size_t)(end - line);
	return 1;
}

const char *store_reader_boot(const struct store_reader *reader)
{
	return reader->boot;
}

bool store_reader_is_anew(const struct store_reader *reader)
{
	return reader->trail.is_anew;
}

bool store_reader_is_written(const struct store_reader *reader)
{
	return trail_is_written(&reader->trail);
}

struct store_read store_read(const struct store_reader *reader)
{
	struct store_read read = reader->read;

	read.missing_at_ends += missing_at_end(reader);
	read.missing += read.missing_at_ends;
	read.damaged = reader->damage.n;
	read.damaged_bytes = reader->damage.bytes;
	return read;
}
