/* SPDX-License-Identifier: MIT */
/* What `top -o json` writes each interval: sums and rows of live.h, in one line. Pure. */
#ifndef TOP_FRAME_H
#define TOP_FRAME_H

#include "format/format.h"
#include "top/live.h"
#include "top/rows.h"
#include "util/buffer.h"

/* Rows of a frame; how many more there were is said. */
#define FRAME_ROWS_MAX 200

struct frame_head {
	uint64_t now_ns; /* as live.h's times */
	uint64_t interval_ns;
	double cost;	       /* of a CPU, what top itself takes; negative: not known */
	uint64_t lost, missed; /* books: all classes but `missed`; and that */
};

/* The longest line that this becomes, newline included (bytes). */
size_t frame_max(const struct rows *rows);

/* Appends the line, newline included. */
void frame_json(struct buffer *out, const struct live *live, const struct rows *rows,
		const struct frame_head *head, const struct format_context *ctx);

#endif
