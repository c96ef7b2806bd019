// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/parts.h"
#include "store/walk.h"
#include "util/clock.h"
#include "util/vector.h"

/*
 * A bound that takes away more than an eighth of a store at once would not be much of one; nor
 * would there be a segment to drop on a small file system that is full.
 */
#define SEGMENTS_LEAST	  8
#define SEGMENT_MAX_LEAST (64 * 1024)

/* Counts */

void store_note_state(struct store *store)
{
	bool has_current = store->current.fd >= 0;

	pthread_mutex_lock(&store->lock);
	store->counts.bytes = store->past.bytes + (has_current ? store->current.segment.size : 0);
	store->counts.segments = store->past.n + has_current;
	store->counts.oldest_ns = store->past.n ? store->past.oldest_ns
				  : has_current ? store->current.sums.since_ns
						: 0;
	pthread_mutex_unlock(&store->lock);
}

static void note_written(struct store *store, uint64_t events)
{
	pthread_mutex_lock(&store->lock);
	store->counts.written += events;
	pthread_mutex_unlock(&store->lock);
	store_note_state(store);
}

/* The newest that nobody has taken, if what was dropped now follows it. */
static struct store_dropped *dropped_before(struct store *store, const struct segment *segment)
{
	struct store_dropped *last = store->dropped.items;

	if (!store->dropped.n)
		return NULL;
	last += store->dropped.n - 1;
	return strcmp(last->boot, segment->boot) ? NULL : last;
}

/* count: that of the store's which grows by it. */
static void note_lost(struct store *store, const struct segment *segment,
		      const struct frame_index *sums, uint64_t *count)
{
	struct store_dropped dropped = {
		.first_seq = sums->first_seq,
		.last_seq = sums->last_seq,
		.events = sums->events,
	};
	struct store_dropped *last;

	memcpy(dropped.boot, segment->boot, sizeof(dropped.boot));
	pthread_mutex_lock(&store->lock);
	*count += sums->events;
	last = dropped_before(store, segment);
	if (last) {
		last->last_seq = sums->last_seq;
		last->events += sums->events;
	} else {
		vector_push(&store->dropped, &dropped, sizeof(dropped));
	}
	pthread_mutex_unlock(&store->lock);
}

/* Room */

/*
 * Drops the oldest segment, now or by the other thread. False: there is none but the current one,
 * or it cannot be removed.
 */
static bool drop_oldest(struct store *store, bool now)
{
	const struct segment *oldest = past_first(&store->past);
	int dir_fd = store->place.dir_fd, err;
	struct frame_index sums = {0};
	struct segment segment;

	if (!oldest)
		return false;
	/* Of what cannot be read any more, nobody knows how much it was. */
	segment_sums(dir_fd, oldest, &sums);
	err = now ? segment_unlink(dir_fd, oldest) : 0;
	if (err && err != -ENOENT)
		return false;
	past_take(&store->past, &segment);
	if (!now)
		syncer_unlink(store->syncer, &segment);
	if (sums.lines)
		note_lost(store, &segment, &sums, &store->counts.dropped);
	past_date(&store->past, dir_fd);
	store_note_state(store);
	return true;
}

/* On a full disk: what is about to go makes room as well. */
static bool make_room(struct store *store)
{
	return syncer_wait(store->syncer) || drop_oldest(store, true);
}

static bool is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT;
}

/* Segments */

/* On a file system that has little room, a segment is smaller. */
static uint64_t segment_max(const struct store *store)
{
	uint64_t max = store->limits.size_max / SEGMENTS_LEAST, room;
	struct statvfs fs;

	if (!fstatvfs(store->place.dir_fd, &fs)) {
		room = ((uint64_t)fs.f_bavail * fs.f_frsize + store->past.bytes) / SEGMENTS_LEAST;
		max = room < max ? room : max;
	}
	if (max < SEGMENT_MAX_LEAST)
		max = SEGMENT_MAX_LEAST;
	return max < store->limits.segment_max ? max : store->limits.segment_max;
}

static int renew_place(struct store *store)
{
	int old, err = place_renew(&store->place, &old);

	if (!err)
		syncer_finish(store->syncer, old);
	return err;
}

static int begin_segment(struct store *store)
{
	uint64_t first_seq = batch_index(store->batch)->first_seq;
	int err = current_begin(&store->current, &store->place, first_seq);

	if (err == -ENOENT && !renew_place(store))
		err = current_begin(&store->current, &store->place, first_seq);
	if (err)
		return err;
	store->segment_max = segment_max(store);
	syncer_written(store->syncer, store->current.fd, store->place.boot_fd);
	return 0;
}

/* What holds no frame would be in the way of the next segment, which has its name. */
static void forget_segment(struct store *store)
{
	close(store->current.fd);
	segment_unlink(store->place.dir_fd, &store->current.segment);
	store->current.fd = -1;
}

static int end_segment(struct store *store)
{
	struct current *current = &store->current;
	int err = past_reserve(&store->past);

	if (err)
		return err;
	if (current->sums.lines) {
		syncer_finish(store->syncer, current_end(current));
		past_add(&store->past, &current->segment, current->sums.since_ns);
	} else {
		forget_segment(store);
	}
	current->segment.size = 0;
	store_note_state(store);
	return 0;
}

/* Nobody can read any more what was written to a file that somebody has removed. */
static void lose_removed(struct store *store)
{
	struct current *current = &store->current;

	if (current->fd < 0 || !file_is_removed(current->fd))
		return;
	syncer_finish(store->syncer, current->fd);
	current->fd = -1;
	if (current->sums.lines)
		note_lost(store, &current->segment, &current->sums, &store->counts.removed);
	current->segment.size = 0;
	store_note_state(store);
}

/* Whether the batch, of size bytes, is for the next segment. */
static bool is_over(const struct store *store, size_t size)
{
	const struct current *current = &store->current;
	const struct frame_index *index = batch_index(store->batch);

	if (current->is_torn)
		return true;
	if (!current->sums.lines)
		return false;
	return current->segment.size + size > store->segment_max ||
	       (index->since_ns > current->sums.since_ns &&
		index->since_ns - current->sums.since_ns >= store->limits.segment_age_ns);
}

static int write_frame(struct store *store, size_t size)
{
	int err = 0;

	lose_removed(store);
	if (store->current.fd >= 0 && is_over(store, size))
		err = end_segment(store);
	if (!err && store->current.fd < 0)
		err = begin_segment(store);
	if (!err)
		err = current_write(&store->current, store->batch);
	if (!err)
		syncer_written(store->syncer, store->current.fd, -1);
	return err;
}

static void keep_bound(struct store *store, size_t size)
{
	uint64_t bytes;

	do
		bytes = store->past.bytes + store->current.segment.size + size;
	while (bytes > store->limits.size_max && drop_oldest(store, false));
}

/* Marks */

/* The newest mark of lines up to that seq is that of the next frame. Returns whether it is new. */
static bool take_mark(struct store *store, uint64_t seq)
{
	struct frame_mark before = store->mark;

	pthread_mutex_lock(&store->lock);
	marks_take(&store->marks, seq, &store->mark);
	pthread_mutex_unlock(&store->lock);
	return memcmp(&before, &store->mark, sizeof(before)) != 0;
}

static void note_marked(struct store *store)
{
	pthread_mutex_lock(&store->lock);
	if (store->has_marks)
		store->marked = store->mark.position;
	pthread_mutex_unlock(&store->lock);
}

/* What came behind the last line has become none: that is worth no frame, but to be remembered. */
static int write_mark(struct store *store)
{
	struct current *current = &store->current;
	int err;

	store->mark_is_new |= take_mark(store, store->next_seq - 1);
	if (!store->mark_is_new || !current->sums.lines || current->fd < 0 || current->is_torn)
		return 0;
	do
		err = current_write_mark(current, &store->mark);
	while (is_full(err) && make_room(store));
	if (err)
		return err;
	store->mark_is_new = false;
	note_marked(store);
	syncer_written(store->syncer, current->fd, -1);
	store_note_state(store);
	return 0;
}

void store_mark(struct store *store, uint64_t seq, const struct frame_mark *mark)
{
	pthread_mutex_lock(&store->lock);
	store->has_marks = true;
	marks_push(&store->marks, seq, mark);
	pthread_mutex_unlock(&store->lock);
}

void store_unmark(struct store *store, uint64_t seq)
{
	pthread_mutex_lock(&store->lock);
	marks_drop(&store->marks, seq);
	pthread_mutex_unlock(&store->lock);
}

uint64_t store_marked(struct store *store)
{
	uint64_t marked;

	pthread_mutex_lock(&store->lock);
	marked = store->marked;
	pthread_mutex_unlock(&store->lock);
	return marked;
}

/*
 * Of a frame that is torn, the lines come again if the ring has them still: it was never written
 * whole. If it was, and is damaged since, they are gone.
 */
struct frame_mark store_resume(struct store *store, uint64_t ring, uint64_t consumed)
{
	const struct frame_mark *torn = &store->torn_mark;

	if (torn->ring == ring && torn->position <= consumed) {
		store->mark = *torn;
	} else if (torn->ring == ring) {
		store->next_seq = store->torn_seq;
		store->counts.torn = 0;
	}
	return store->mark.ring == ring ? store->mark : (struct frame_mark){0};
}

static int write_batch(struct store *store)
{
	size_t size;
	int err;

	/* What is tried again is as it was: its mark must not promise more than it has. */
	if (!batch_is_sealed(store->batch)) {
		take_mark(store, batch_index(store->batch)->last_seq);
		batch_mark(store->batch, &store->mark);
	}
	if (!batch_seal(store->batch, &size))
		return -ENOMEM;
	keep_bound(store, size);
	do
		err = write_frame(store, size);
	while (is_full(err) && make_room(store));
	if (err)
		return err;
	store->mark_is_new = false;
	note_marked(store);
	note_written(store, batch_index(store->batch)->events);
	batch_clear(store->batch);
	return 0;
}

/* Lines */

static int take_line(struct store *store, const char *line, size_t size)
{
	struct tag tag;
	int err;

	if (size > FRAME_RAW_MAX)
		return -EMSGSIZE;
	if (tag_read(line, size, &tag) || tag.seq < store->next_seq || tag.seq == UINT64_MAX)
		return -EINVAL;
	if (!batch_add(store->batch, line, size, &tag)) {
		err = write_batch(store);
		if (err)
			return err;
		batch_add(store->batch, line, size, &tag);
	}
	store->next_seq = tag.seq + 1;
	return 0;
}

static int start_syncer(struct store *store)
{
	struct syncer *syncer;
	int err = syncer_open(store->place.dir_fd, &syncer);

	if (err)
		return err;
	pthread_mutex_lock(&store->lock);
	store->syncer = syncer;
	pthread_mutex_unlock(&store->lock);
	return 0;
}

ssize_t store_append(struct store *store, const char *lines, size_t size)
{
	int err = store->syncer ? 0 : start_syncer(store);
	const char *end;
	size_t taken = 0;

	while (!err && taken < size) {
		end = memchr(lines + taken, '\n', size - taken);
		if (!end)
			err = size - taken > FRAME_RAW_MAX ? -EMSGSIZE : -EINVAL;
		else
			err = take_line(store, lines + taken, (size_t)(end + 1 - lines) - taken);
		if (!err)
			taken = (size_t)(end + 1 - lines);
	}
	/* What does not succeed now will be tried, and told, with the next line. */
	if (!err && batch_is_full(store->batch))
		write_batch(store);
	return taken ? (ssize_t)taken : err;
}

int store_flush(struct store *store)
{
	return batch_is_empty(store->batch) ? write_mark(store) : write_batch(store);
}

uint64_t store_next_seq(const struct store *store)
{
	return store->next_seq;
}

struct store_counts store_counts(struct store *store)
{
	struct store_counts counts;

	pthread_mutex_lock(&store->lock);
	counts = store->counts;
	pthread_mutex_unlock(&store->lock);
	return counts;
}

bool store_take_dropped(struct store *store, struct store_dropped *ret)
{
	struct store_dropped *dropped;
	bool any;

	pthread_mutex_lock(&store->lock);
	dropped = store->dropped.items;
	any = store->dropped.n;
	if (any) {
		*ret = *dropped;
		memmove(dropped, dropped + 1, --store->dropped.n * sizeof(*dropped));
	}
	pthread_mutex_unlock(&store->lock);
	return any;
}

int store_sync_error(struct store *store)
{
	struct syncer *syncer;

	pthread_mutex_lock(&store->lock);
	syncer = store->syncer;
	pthread_mutex_unlock(&store->lock);
	return syncer ? syncer_error(syncer) : 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->batch)
		store_flush(store);
	if (store->current.fd >= 0 && end_segment(store))
		close(store->current.fd);
	syncer_close(store->syncer);
	place_close(&store->place);
	past_free(&store->past);
	batch_free(store->batch);
	vector_free(&store->dropped);
	marks_free(&store->marks);
	pthread_mutex_destroy(&store->lock);
	free(store);
}
