/* SPDX-License-Identifier: MIT */
/* Which columns a table has in a terminal of some width, and how wide each is. Pure. */
#ifndef FORMAT_LAYOUT_H
#define FORMAT_LAYOUT_H

#include <stdbool.h>

#include "format/format.h"

/* From left to right. Those from DURATION to RETRANS tell of the end of a connection. */
enum column {
	TIME,
	PID,
	COMM,
	SRC,
	DST,
	EVENT,
	ERROR,
	LATENCY,
	DURATION,
	TX,
	RX,
	ENDED,
	RTT,
	RETRANS,
	CONTAINER, /* or the unit */
	NAME,	   /* of the destination */
	COLUMNS,
};

struct layout {
	unsigned int width[COLUMNS]; /* 0: there is no such column */
	unsigned int total;	     /* with a space between two columns */
	unsigned int row;	     /* how long a row may be: total, or more */
};

#define TIME_WHOLE  12 /* 12:34:56.123; where the column is narrower, 12:34:56 */
#define SRC_MIN	    6  /* :65535 */
#define ADDRESS_MAX 60 /* [IPv6%zone]:65535 */

/*
 * Of ctx, the layout depends on width, closes, dns, src_width and dst_width. None is narrower than
 * 37 columns.
 */
struct layout layout_for(const struct format_context *ctx);

/*
 * Whether a cell is flush with the right end of its column. Numbers are; the source is as well,
 * while it shares its room with the name before it.
 */
bool column_ends_right(const struct layout *layout, enum column column);

const char *column_name(enum column column);

#endif
