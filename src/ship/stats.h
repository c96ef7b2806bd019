/* SPDX-License-Identifier: MIT */
/* What has become of all that was to be sent, as metrics and as the last line. Pure. */
#ifndef SHIP_STATS_H
#define SHIP_STATS_H

#include <stdint.h>

#include "ship/output.h"
#include "ship/parcel.h"
#include "ship/source.h"
#include "util/buffer.h"

/* Outputs have some twenty; what is beyond counts as "other". */
#define STATS_REASONS_MAX 64

struct stats {
	uint64_t records, frames, bytes; /* acknowledged; bytes as they went over the wire */
	uint64_t duplicates;		 /* of these frames: were there before */
	uint64_t sends;			 /* tries, failed ones included */
	uint64_t too_large;		 /* records that were passed over: not taken in any size */
	uint64_t rejected;		 /* records that were not taken of what was acknowledged */
	struct source_counts source;
	struct {
		const char *reason;
		uint64_t n;
	} errors[STATS_REASONS_MAX];
	unsigned int n_errors;

	uint64_t oldest_ns; /* UTC: no line that is not acknowledged is earlier; 0: all are */
	unsigned int in_flight;
};

void stats_error(struct stats *stats, const char *reason);
uint64_t stats_errors(const struct stats *stats);

/* A parcel that is done. */
void stats_done(struct stats *stats, const struct parcel *parcel);

/* Prometheus' text format. output: its name there. */
void stats_put(struct buffer *out, const struct stats *stats, const char *output,
	       uint64_t now_utc_ns);

/* "records=N frames=N ...", without a newline. */
void stats_line(struct buffer *out, const struct stats *stats);

#endif
