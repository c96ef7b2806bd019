/* SPDX-License-Identifier: MIT */
/* Lines -> what goes over the wire. Pure. */
#ifndef SHIP_BODY_H
#define SHIP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum compression { COMPRESS_ZSTD, COMPRESS_GZIP, COMPRESS_NONE };

struct shape {
	bool is_otlp;
	enum compression compression;
};

/* Whether it is what lies in a store, byte by byte. */
static inline bool is_as_kept(const struct shape *shape)
{
	return !shape->is_otlp && shape->compression == COMPRESS_ZSTD;
}

/* The header Content-Encoding; NULL: none. */
const char *shape_encoding(const struct shape *shape);

/*
 * lines: whole ones, of FRAME_RAW_MAX bytes at most. Returns 0 and the body, which is to be freed;
 * -ENOMEM; -EBADMSG: a line is no JSON, which OTLP must know.
 */
int body_make(const char *lines, size_t size, const struct shape *shape, uint8_t **ret,
	      size_t *ret_size);

#endif
