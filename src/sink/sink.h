/* SPDX-License-Identifier: MIT */
/*
 * Where lines go. Sees bytes and weights only. What a slow reader or a full disk does not take is
 * kept up to SINK_CAPACITY; then lines are refused whole, and the caller counts them.
 *
 * One side brings lines, and never waits. The other side writes them, which may take long: on a
 * file system that hangs, as long as it does. Both may be the same thread, or one thread each
 * (writer.h).
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"

#define SINK_CAPACITY (1024 * 1024)

struct sink;

/*
 * Standard output; or a file to append to: made with mode 0600, no link, and if it is a regular
 * file of before, one of ours that has no other name. The caller closes it with sink_close(). On
 * failure a negative number that sink_strerror() knows: -errno, or why the file is refused.
 */
int sink_open_stdout(struct sink **ret);
int sink_open_file(const char *path, struct sink **ret);

/*
 * Of a file: has a process of its own open it anew, as this one is to give up the right to do so.
 * To be called while there is one thread. Returns 0 or -errno.
 */
int sink_keep_opener(struct sink *sink);

/* What went wrong and, where it is no errno's own text, the way out. err: as returned here. */
const char *sink_strerror(int err);

/* Frees it; lines not yet written are gone. NULL is fine. */
void sink_close(struct sink *sink);

/* The side that brings lines */

/*
 * Room for a line of up to max bytes, to be appended to the buffer returned and then kept with
 * sink_commit(). NULL if there is no room.
 */
struct buffer *sink_reserve(struct sink *sink, size_t max);

/*
 * weight: the events that the line stands for; 0 for one that the program writes of itself. Returns
 * false if the line was longer than its room: then nothing of it is kept.
 */
bool sink_commit(struct sink *sink, uint64_t weight);

/*
 * Whether lines were taken by who keeps them for a while (target.h), and are not written yet; and
 * their weight.
 */
bool sink_keeps(struct sink *sink);
uint64_t sink_kept(struct sink *sink);

/* Bytes that wait to be written; and whether they are so many that it is worth a write. */
size_t sink_pending(struct sink *sink);
bool sink_wants_flush(struct sink *sink);

/*
 * How many lines were committed, without those given up; the weight of those written, and of those
 * given up.
 */
uint64_t sink_lines(struct sink *sink);
uint64_t sink_written(struct sink *sink);
uint64_t sink_given_up(struct sink *sink);

/* What waits now is for the file of now, if that takes it; what comes is for the next one. */
void sink_mark(struct sink *sink);

/*
 * Gives up what waits, whatever the other side is at, which may be writing it for ever: so from now
 * on no line is taken, and the file stays as it is. Returns the weight of the lines given up.
 */
uint64_t sink_abandon(struct sink *sink);

/* The side that writes them */

/* Whether writing or opening may wait all the same: on files, whose descriptors do not tell. */
bool sink_may_block(const struct sink *sink);

/*
 * Writes what was pending and can be written without waiting. Returns 0 when nothing more can be
 * done now, or the -errno of the write: -EPIPE when nobody reads, -ENOSPC and so on; what was not
 * written is kept.
 */
int sink_flush(struct sink *sink);

/* Likewise, but only what was there when sink_mark() was called last. */
int sink_flush_marked(struct sink *sink);

/* Writes what is pending, and has who keeps lines hand them on. */
int sink_finish(struct sink *sink);

/* In how many milliseconds sink_flush() is due for what is kept; -1: nothing is. */
int sink_wait_ms(const struct sink *sink);

/*
 * Of the last of these: whether it ended because the descriptor took no more for now, and whether
 * any byte was written.
 */
bool sink_is_blocked(const struct sink *sink);
bool sink_has_progressed(const struct sink *sink);

/*
 * Opens the file anew (it was renamed), whatever state the old one is in: what is pending goes to
 * the new one. Returns what became of the line of which a part was written; or as sink_open_file()
 * does, and the old file stays in use. Nothing to do on stdout, or where it is the file of before.
 */
enum sink_left {
	SINK_LEFT_WHOLE, /* the old file ends with a whole line */
	SINK_TAKEN_BACK, /* likewise, but the line is pending again */
	SINK_LEFT_TORN,	 /* the old file ends in an incomplete line; it is pending again */
};

int sink_reopen(struct sink *sink);

/* Whether all users may read the file, which holds something (or is a FIFO, where it would go). */
bool sink_is_readable_by_others(const struct sink *sink);

/* For poll. */
int sink_fd(const struct sink *sink);

/*
 * Gives up what is pending: takes the line that was written in part back out of a regular file.
 * Returns the weight of all lines that were not wholly written.
 */
uint64_t sink_discard(struct sink *sink);

#endif
