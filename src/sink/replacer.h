/* SPDX-License-Identifier: MIT */
/*
 * A file that is written whole, again and again, by a thread of its own: who reads it sees what it
 * had before or what it has now, never a part, and a file system that hangs holds nobody up. One
 * version is on its way at a time.
 */
#ifndef SINK_REPLACER_H
#define SINK_REPLACER_H

#include <stdbool.h>

#include "util/buffer.h"
#include "util/error.h"

struct replacer;

/*
 * Opens the file's directory, and refuses a file that there is if it is no regular one: it would be
 * replaced. Nothing is written yet. The caller closes it, written or not. Returns 0 or -errno with
 * a line in error.
 */
int replacer_open(const char *path, struct replacer **ret, struct error *error);

/* Starts the thread. Returns 0 or -errno. */
int replacer_start(struct replacer *replacer);

/* For the next version, empty; NULL as long as the one before is not in its place. */
struct buffer *replacer_buffer(struct replacer *replacer);

/* More room in it than it has; what it has is gone. Returns 0 or -ENOMEM. */
int replacer_grow(struct replacer *replacer);

/* The version is whole: the thread writes it to a file beside, mode 0644, and renames that. */
void replacer_put(struct replacer *replacer);

/* Of the last version that was to be written: 0 or -errno. */
int replacer_error(struct replacer *replacer);

/*
 * Waits at most so long for the version that is on its way. Returns whether it is in its place, or
 * was refused; if not, the thread is left alone by replacer_close(), which then leaks it.
 */
bool replacer_finish(struct replacer *replacer, unsigned int patience_ms);

void replacer_close(struct replacer *replacer);

#endif
