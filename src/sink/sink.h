/* SPDX-License-Identifier: MIT */
/*
 * Where lines go. Sees bytes only. Never waits: what a slow reader or a full disk does not take is
 * kept up to SINK_CAPACITY; then lines are refused whole, and the caller counts them.
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

/* What went wrong and, where it is no errno's own text, the way out. err: as returned here. */
const char *sink_strerror(int err);

/* Frees it; lines not yet written are gone. NULL is fine. */
void sink_close(struct sink *sink);

/*
 * Room for a line of up to max bytes, to be appended to the buffer returned and then kept with
 * sink_commit(). NULL if there is no room.
 */
struct buffer *sink_reserve(struct sink *sink, size_t max);
void sink_commit(struct sink *sink);

/*
 * Writes what can be written without waiting. Returns 0 when nothing more can be done now, or the
 * -errno of the write: -EPIPE when nobody reads, -ENOSPC and so on; what was not written is kept.
 */
int sink_flush(struct sink *sink);

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

/* For poll: POLLOUT when something is pending, nothing but errors otherwise. */
int sink_fd(const struct sink *sink);
size_t sink_pending(const struct sink *sink);

/* Whether so much is pending that it is worth a write. */
bool sink_wants_flush(const struct sink *sink);

/*
 * Gives up what is pending: calls line() for each line that was not wholly written (all of it, but
 * for its newline), and takes one that was written in part back out of a regular file.
 */
void sink_discard(struct sink *sink, void (*line)(void *ctx, const char *bytes, size_t n),
		  void *ctx);

#endif
