/* SPDX-License-Identifier: MIT */
/*
 * Who writes a sink's lines. Where writing never waits, the caller does, in the loop that reads the
 * ring; where it may wait (sink_may_block()), a thread does, so that the loop goes on. The caller
 * asks, and is told later; a writer without a thread has done what it was asked at once.
 */
#ifndef SINK_WRITER_H
#define SINK_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/sink.h"

struct writer;

/* What became of what was asked for, since it was last told. */
struct writer_report {
	int error;     /* of the last write: 0 or -errno, as of sink_flush() */
	bool reopened; /* the file was tried to be opened anew, and then: */
	int left;      /* as sink_reopen() returns it */
	bool readable; /* as sink_is_readable_by_others() says of the new one */
	bool late;     /* nothing has come of what was asked for in all of patience_ms */
};

/*
 * For the sink's lines; the sink, which writer_close() closes, is the caller's for the side that
 * brings lines. Where something is waited for, it is given up when nothing has come of it for
 * patience_ms. Until writer_begin() there is no thread, and the caller does what it asks for.
 * Returns 0 or -errno.
 */
int writer_open(struct sink *sink, int patience_ms, struct writer **ret);

/*
 * Starts the thread where one is needed: it has the privileges that the process has now. Returns 0
 * or -errno.
 */
int writer_begin(struct writer *writer);

/*
 * Closes the sink as well, unless the thread does not come back: then its memory stays, and the
 * process is there until the kernel lets go of the thread. NULL is fine.
 */
void writer_close(struct writer *writer);

/* For poll: the sink's descriptor; -1 if a thread waits for it. */
int writer_fd(const struct writer *writer);

/* Asks to write what is pending. */
void writer_flush(struct writer *writer);

/* Likewise, and to have who keeps lines hand them on at once, and whatever else there is. */
void writer_hand_on(struct writer *writer);

/* Asks to open the file anew, for all lines that come from now on. Standard output is what it is.
 */
void writer_reopen(struct writer *writer);

/* Whether the thread has much to write, and is at it: there will be room soon. */
bool writer_is_busy(struct writer *writer);

/* Waits a millisecond for room. Returns whether there is some, or is worth to be waited for. */
bool writer_wait(struct writer *writer);

/* What is to be told, once. */
struct writer_report writer_tell(struct writer *writer);

/*
 * Writes what is pending, waiting for as long as some of it is written. Whoever took nothing for
 * too long is not waited for again. Returns false if the thread does not come back at all.
 */
bool writer_finish(struct writer *writer);

/*
 * Gives up what is pending, as sink_discard() does; of a file that does not answer, as
 * sink_abandon(). Returns the weight of the lines given up.
 */
uint64_t writer_discard(struct writer *writer);

#endif
