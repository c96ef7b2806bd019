// SPDX-License-Identifier: MIT
#include "ship/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/reader.h"
#include "util/log.h"

struct source {
	const char *dir;
	struct stat st; /* of dir: that it is still there */
	const struct shape *shape;
	struct store_reader *reader;
	struct place_of before; /* the last line that was read, or is not to be read */
	bool is_behind;		/* seqs of before's boot behind it are expected */
	/* Of the lines up to `before` at the start, the last one that is there. */
	uint64_t found_seq;
	const char *boot;		/* this host's; NULL: not known */
	char host[PARCEL_HOST_MAX + 1]; /* of the lines of before's boot; "": not known yet */
	struct parcel *rest;		/* of a frame that was read: it comes next */
	struct source_counts counts;
};

static int seek(struct source *source, const struct place_of *after)
{
	if (!*after->boot)
		return 0;
	if (!store_reader_seek(source->reader, after->boot, after->seq + 1)) {
		source->before = *after;
		source->is_behind = true;
		return 0;
	}
	log_warning("nothing of boot %s, of which lines up to %" PRIu64
		    " were sent, is in %s any more: what it had behind that is lost to this "
		    "output, and how much is not known",
		    after->boot, after->seq, source->dir);
	source->counts.gaps++;
	return 0;
}

int source_open(const char *dir, const char *boot, const struct place_of *after, uint64_t since_ns,
		const struct shape *shape, struct source **ret, struct error *error)
{
	const struct store_query query = {.since_ns = *after->boot ? 0 : since_ns,
					  .last_boot = boot};
	struct source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return error_set(error, -ENOMEM, "out of memory");
	source->dir = dir;
	source->shape = shape;
	source->boot = boot;
	err = store_reader_open(dir, &query, &source->reader, error);
	if (!err && stat(dir, &source->st))
		err = error_set(error, -errno, "cannot open the store %s: %s", dir,
				strerror(errno));
	if (!err && !S_ISDIR(source->st.st_mode))
		err = error_set(error, -ENOTDIR,
				"%s is a file: name the store, which is the directory that record "
				"writes to",
				dir);
	if (!err)
		err = seek(source, after);
	if (err)
		source_close(source);
	else
		*ret = source;
	return err;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	store_reader_close(source->reader);
	parcel_free(source->rest);
	free(source);
}

static void say_gap(struct source *source, const char *boot, uint64_t first, uint64_t last)
{
	source->counts.gaps++;
	source->counts.missing += last - first + 1;
	log_warning("lines %" PRIu64 " to %" PRIu64
		    " of boot %s are not in the store: they left it before they were sent, or it "
		    "never had them",
		    first, last, boot);
}

/* Of a boot that is begun, all before its first line; of the first boot of all, nobody knows. */
static void note_gap(struct source *source, const struct store_frame *frame)
{
	bool is_other = strcmp(source->before.boot, frame->boot) != 0;
	bool is_first = !*source->before.boot;
	uint64_t next = is_other ? 1 : source->before.seq + 1;

	if (!is_first && frame->index->first_seq > next)
		say_gap(source, frame->boot, next, frame->index->first_seq - 1);
	if (is_other)
		*source->host = '\0';
}

static bool is_read(const struct source *source, const struct store_frame *frame)
{
	return source->is_behind && !strcmp(source->before.boot, frame->boot) &&
	       frame->index->last_seq <= source->before.seq;
}

/*
 * Whether the boot that runs has fewer lines in the store than were sent of it, and none is
 * damaged: then they are others, with the same names. The store was emptied, and the recorder
 * started again. Of a boot that is over, a crash can have taken the last ones.
 */
static bool has_begun_anew(const struct source *source)
{
	if (store_reader_is_anew(source->reader))
		return true;
	return source->boot && !strcmp(source->before.boot, source->boot) && source->found_seq &&
	       source->found_seq < source->before.seq && !store_read(source->reader).damaged;
}

/* Returns 0 and *ret, -ENOMEM, or -EBADMSG: passed over. */
static int take_frame(struct source *source, const struct store_frame *frame, struct parcel **ret)
{
	bool is_same = !strcmp(source->before.boot, frame->boot);
	uint64_t after_seq = is_same && source->is_behind ? source->before.seq : 0;
	int err = 0;

	note_gap(source, frame);
	if (!*source->host)
		err = frame_host(frame, source->host);
	if (!err)
		err = parcel_of_frame(frame, after_seq, source->shape, source->host, ret);
	strcpy(source->before.boot, frame->boot);
	source->before.seq = frame->index->last_seq;
	source->found_seq = 0;
	source->is_behind = true;
	if (err != -EBADMSG)
		return err;
	source->counts.damaged++;
	log_warning("lines %" PRIu64 " to %" PRIu64
		    " of boot %s are none that tpconnect writes: passed over",
		    frame->index->first_seq, frame->index->last_seq, frame->boot);
	return err;
}

static void say_damage(struct source *source)
{
	const char *where;

	while ((where = store_reader_damage(source->reader)))
		log_warning("%s", where);
}

/* Whoever removes the directory itself and makes it anew has another store. */
static int look_at_end(const struct source *source, struct error *error)
{
	struct stat st;

	if (has_begun_anew(source))
		return error_set(error, -ESTALE,
				 "the store %s was begun anew within boot %s: its lines have the "
				 "numbers of others, up to %" PRIu64 ", that were sent. Who has "
				 "those may take the new ones for the same; to send them all the "
				 "same, remove the offset file",
				 source->dir, source->before.boot, source->before.seq);
	if (!stat(source->dir, &st) && st.st_ino == source->st.st_ino &&
	    st.st_dev == source->st.st_dev)
		return 0;
	return error_set(error, -ESTALE, "the store %s was removed, or another is in its place",
			 source->dir);
}

/* The next frame that was not read. Returns 1, 0: none for now, or -errno. */
static int next_parcel(struct source *source, struct parcel **ret, struct error *error)
{
	struct store_frame frame;
	int more, err = -EBADMSG;

	while (err == -EBADMSG) {
		more = store_reader_next_frame(source->reader, &frame);
		say_damage(source);
		if (!more)
			return look_at_end(source, error);
		if (more < 0)
			return error_set(error, more, "cannot read the store %s: %s", source->dir,
					 strerror(-more));
		if (is_read(source, &frame))
			source->found_seq = frame.index->last_seq;
		else
			err = take_frame(source, &frame, ret);
	}
	return err ? error_set(error, err, "out of memory") : 1;
}

int source_next(struct source *source, uint64_t lines_max, struct parcel **ret, struct error *error)
{
	struct parcel *parcel = source->rest, *rest = NULL;
	int more = parcel ? 1 : next_parcel(source, &parcel, error), err = 0;

	if (more != 1)
		return more;
	if (parcel->lines > lines_max)
		err = parcel_cut(parcel, lines_max, source->shape, &rest);
	source->rest = rest;
	if (err) {
		parcel_free(parcel);
		return error_set(error, err, "out of memory");
	}
	*ret = parcel;
	return 1;
}

struct source_counts source_counts(const struct source *source)
{
	struct source_counts counts = source->counts;

	counts.damaged += store_read(source->reader).damaged;
	return counts;
}
