/* SPDX-License-Identifier: MIT */
/* Lines that become a frame. Pure, but for its memory. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/frame.h"
#include "store/tag.h"

struct batch;

/* Returns 0 or -ENOMEM. */
int batch_new(struct batch **ret);
void batch_free(struct batch *batch);

/* Adds a line with its newline. False: it has no room here. */
bool batch_add(struct batch *batch, const char *line, size_t size, const struct tag *tag);

bool batch_is_empty(const struct batch *batch);
bool batch_is_full(const struct batch *batch);

/* What is known of the lines; the sizes, the checksum and the filter only once it is sealed. */
const struct frame_index *batch_index(const struct batch *batch);

/* Which mark the frame has. Not once it is sealed. */
void batch_mark(struct batch *batch, const struct frame_mark *mark);
bool batch_is_sealed(const struct batch *batch);

/*
 * Makes the frame, once, and returns it: index and content, *ret_size bytes that stay the batch's.
 * No line can be added until batch_clear(). NULL: zstd has failed, which is want of memory.
 */
const uint8_t *batch_seal(struct batch *batch, size_t *ret_size);

/* Adds the destinations of all lines. */
void batch_filter(const struct batch *batch, uint8_t *filter, size_t size);

void batch_clear(struct batch *batch);

#endif
