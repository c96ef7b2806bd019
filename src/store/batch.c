// SPDX-License-Identifier: MIT
#include "store/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

/* Both smaller and quicker than 3, for lines of events: measured. */
#define LEVEL 1

_Static_assert(FRAME_CONTENT_MAX >= ZSTD_COMPRESSBOUND(FRAME_RAW_MAX), "no room for a frame");

struct batch {
	struct frame_index index;
	char *raw; /* FRAME_RAW_MAX bytes */
	size_t raw_len;
	uint8_t destinations[FRAME_LINES_MAX][16];
	size_t n_destinations;
	uint8_t filter[FRAME_FILTER_MAX];
	ZSTD_CCtx *zstd;
	uint8_t *out; /* room for the longest index, and behind it for the content */
	size_t begin; /* of the frame, in out; 0: it is not made */
};

int batch_new(struct batch **ret)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return -ENOMEM;
	batch->raw = malloc(FRAME_RAW_MAX);
	batch->out = malloc(FRAME_INDEX_MAX + FRAME_CONTENT_MAX);
	batch->zstd = ZSTD_createCCtx();
	if (!batch->raw || !batch->out || !batch->zstd) {
		batch_free(batch);
		return -ENOMEM;
	}
	ZSTD_CCtx_setParameter(batch->zstd, ZSTD_c_compressionLevel, LEVEL);
	/* For who reads with zstd alone. */
	ZSTD_CCtx_setParameter(batch->zstd, ZSTD_c_checksumFlag, 1);
	*ret = batch;
	return 0;
}

void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	ZSTD_freeCCtx(batch->zstd);
	free(batch->out);
	free(batch->raw);
	free(batch);
}

bool batch_is_empty(const struct batch *batch)
{
	return !batch->raw_len;
}

bool batch_is_full(const struct batch *batch)
{
	return batch->index.lines == FRAME_LINES_MAX || batch->raw_len >= FRAME_RAW_MAX ||
	       batch->begin;
}

const struct frame_index *batch_index(const struct batch *batch)
{
	return &batch->index;
}

bool batch_add(struct batch *batch, const char *line, size_t size, const struct tag *tag)
{
	if (batch_is_full(batch) || size > FRAME_RAW_MAX - batch->raw_len)
		return false;
	memcpy(batch->raw + batch->raw_len, line, size);
	batch->raw_len += size;
	frame_index_add(&batch->index, &(struct frame_index){
					       .first_seq = tag->seq,
					       .last_seq = tag->seq,
					       .since_ns = tag->time_ns,
					       .until_ns = tag->time_ns,
					       .events = tag->events,
					       .lines = 1,
					       .notices = !tag->events,
					       .raw_size = size,
				       });
	if (tag->has_destination)
		memcpy(batch->destinations[batch->n_destinations++], tag->destination, 16);
	return true;
}

bool batch_is_sealed(const struct batch *batch)
{
	return batch->begin;
}

void batch_mark(struct batch *batch, const struct frame_mark *mark)
{
	batch->index.mark = *mark;
}

void batch_filter(const struct batch *batch, uint8_t *filter, size_t size)
{
	for (size_t i = 0; i < batch->n_destinations; i++)
		filter_add(filter, size, batch->destinations[i]);
}

const uint8_t *batch_seal(struct batch *batch, size_t *ret_size)
{
	uint8_t *content = batch->out + FRAME_INDEX_MAX;
	struct frame_index *index = &batch->index;
	size_t size;

	if (!batch->begin) {
		size = ZSTD_compress2(batch->zstd, content, FRAME_CONTENT_MAX, batch->raw,
				      batch->raw_len);
		if (ZSTD_isError(size))
			return NULL;
		index->size = size;
		index->crc = frame_crc(content, size);
		memset(batch->filter, 0, sizeof(batch->filter));
		batch_filter(batch, batch->filter, sizeof(batch->filter));
		index->filter = batch->filter;
		index->filter_size = (uint32_t)filter_fold(batch->filter, sizeof(batch->filter));
		batch->begin = FRAME_INDEX_MAX - frame_index_size(index);
		frame_index_write(index, batch->out + batch->begin);
	}
	*ret_size = frame_size(index);
	return batch->out + batch->begin;
}

void batch_clear(struct batch *batch)
{
	batch->index = (struct frame_index){0};
	batch->n_destinations = 0;
	batch->raw_len = 0;
	batch->begin = 0;
}
