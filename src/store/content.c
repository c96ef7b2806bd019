// SPDX-License-Identifier: MIT
#include "store/content.h"

#include <errno.h>

#include <zstd.h>
#include <zstd_errors.h>

/* As batch.c. */
#define LEVEL 1

int content_unpack(const void *content, size_t size, char *lines, size_t *ret_size)
{
	size_t n = ZSTD_decompress(lines, FRAME_RAW_MAX, content, size);

	if (ZSTD_isError(n))
		return ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation ? -ENOMEM : -EBADMSG;
	if (!n || lines[n - 1] != '\n')
		return -EBADMSG;
	*ret_size = n;
	return 0;
}

size_t content_bound(size_t size)
{
	return ZSTD_compressBound(size);
}

int content_pack(const char *data, size_t size, uint8_t *content, size_t cap, size_t *ret_size)
{
	size_t n = ZSTD_compress(content, cap, data, size, LEVEL);

	if (ZSTD_isError(n))
		return -ENOMEM;
	*ret_size = n;
	return 0;
}
