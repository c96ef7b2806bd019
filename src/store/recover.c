// SPDX-License-Identifier: MIT
#include "store/recover.h"

#include <errno.h>
#include <stdlib.h>

#include "store/walk.h"
#include "util/cleanup.h"

static int take_frame(struct walk *walk, uint8_t *content, struct recovered *recovered)
{
	int err = walk->is_whole ? walk_content(walk, content) : -EBADMSG;

	if (walk->index.last_seq > recovered->last_seq)
		recovered->last_seq = walk->index.last_seq;
	if (err == -EBADMSG) {
		walk_distrust(walk);
		frame_index_add(&recovered->torn, &walk->index);
		recovered->torn_mark = walk->index.mark;
		return 0;
	}
	if (err)
		return err;
	if (!walk->index.is_sums) {
		frame_index_add(&recovered->sums, &walk->index);
		recovered->mark = walk->index.mark;
	}
	recovered->torn = (struct frame_index){0};
	recovered->torn_mark = (struct frame_mark){0};
	recovered->size = walk->at;
	return 0;
}

int recover(int fd, struct recovered *ret)
{
	_cleanup_free_ uint8_t *content = malloc(FRAME_CONTENT_MAX);
	_cleanup_(walk_end) struct walk walk = {0};
	struct recovered recovered = {0};
	int err = content ? walk_begin(&walk, fd) : -ENOMEM, found = 0;

	while (!err && (found = walk_next(&walk)) == 1)
		err = take_frame(&walk, content, &recovered);
	if (err || found)
		return err ? err : found;
	recovered.torn_bytes = walk.end - recovered.size;
	*ret = recovered;
	return 0;
}
