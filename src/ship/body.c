// SPDX-License-Identifier: MIT
#include "ship/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "ship/otlp.h"
#include "store/content.h"
#include "util/cleanup.h"

/* zlib's: with the header of gzip, and as fast as it can. */
#define GZIP_WINDOW_BITS (15 + 16)
#define GZIP_LEVEL	 1
#define GZIP_MEMORY	 8

const char *shape_encoding(const struct shape *shape)
{
	static const char *const names[] = {
		[COMPRESS_ZSTD] = "zstd", [COMPRESS_GZIP] = "gzip", [COMPRESS_NONE] = NULL};

	return names[shape->compression];
}

/* Attributes have about three times the bytes of a line; of lists of numbers, nine times. */
static int make_otlp(const char *lines, size_t size, char **ret, size_t *ret_size)
{
	struct buffer out = {.cap = 4 * size + 4096};
	int err;

	do {
		free(out.data);
		out = (struct buffer){.cap = out.cap * 2};
		out.data = malloc(out.cap);
		if (!out.data)
			return -ENOMEM;
		err = otlp_put(&out, lines, size);
	} while (!err && out.overflow);
	if (err) {
		free(out.data);
		return err;
	}
	*ret = out.data;
	*ret_size = out.len;
	return 0;
}

static int pack_gzip(const char *data, size_t size, uint8_t **ret, size_t *ret_size)
{
	z_stream stream = {.next_in = (uint8_t *)(uintptr_t)data, .avail_in = (uInt)size};
	uint8_t *out;
	uLong cap;

	if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	cap = deflateBound(&stream, (uLong)size);
	out = malloc(cap);
	if (out) {
		stream.next_out = out;
		stream.avail_out = (uInt)cap;
		deflate(&stream, Z_FINISH);
		*ret = out;
		*ret_size = stream.total_out;
	}
	deflateEnd(&stream);
	return out ? 0 : -ENOMEM;
}

static int pack_zstd(const char *data, size_t size, uint8_t **ret, size_t *ret_size)
{
	size_t cap = content_bound(size);
	uint8_t *out = malloc(cap);
	int err = out ? content_pack(data, size, out, cap, ret_size) : -ENOMEM;

	if (err)
		free(out);
	else
		*ret = out;
	return err;
}

static int pack_none(const char *data, size_t size, uint8_t **ret, size_t *ret_size)
{
	uint8_t *out = malloc(size);

	if (!out)
		return -ENOMEM;
	memcpy(out, data, size);
	*ret = out;
	*ret_size = size;
	return 0;
}

int body_make(const char *lines, size_t size, const struct shape *shape, uint8_t **ret,
	      size_t *ret_size)
{
	static int (*const packers[])(const char *, size_t, uint8_t **,
				      size_t *) = {[COMPRESS_ZSTD] = pack_zstd,
						   [COMPRESS_GZIP] = pack_gzip,
						   [COMPRESS_NONE] = pack_none};
	_cleanup_free_ char *otlp = NULL;
	int err;

	if (!shape->is_otlp)
		return packers[shape->compression](lines, size, ret, ret_size);
	err = make_otlp(lines, size, &otlp, &size);
	return err ? err : packers[shape->compression](otlp, size, ret, ret_size);
}
