/* SPDX-License-Identifier: MIT */
/* Lines <-> the content of a frame: for who needs a part of one. */
#ifndef STORE_CONTENT_H
#define STORE_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "store/frame.h"

/*
 * Decompresses the content of a frame into lines, of FRAME_RAW_MAX bytes. Returns 0 and their size;
 * -ENOMEM; -EBADMSG: it is none, or does not end with a newline.
 */
int content_unpack(const void *content, size_t size, char *lines, size_t *ret_size);

/* So many bytes size bytes take at most, compressed. */
size_t content_bound(size_t size);

/* Compresses into content, of cap bytes, from content_bound() on. Returns 0 or -ENOMEM. */
int content_pack(const char *data, size_t size, uint8_t *content, size_t cap, size_t *ret_size);

#endif
