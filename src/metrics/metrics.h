/* SPDX-License-Identifier: MIT */
/*
 * Events -> series of numbers, as Prometheus takes them: docs/metrics.md has each. Bounded, and
 * every counter only grows; a series that was dropped begins again with 0, which Prometheus takes
 * for a counter that was reset. Pure.
 */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "books/books.h"
#include "model/event.h"
#include "util/buffer.h"

struct metrics;

/* events: EVENT_BIT()s of the kinds that come. The caller frees it. -ENOMEM. */
int metrics_new(uint32_t events, struct metrics **ret);
void metrics_free(struct metrics *metrics);

/* Counts an event, and all that it stands for. boot_to_utc_ns: as it was given with it. */
void metrics_add(struct metrics *metrics, const struct event *event, int64_t boot_to_utc_ns);

/* Drops what no event has come of for ten minutes. now_ns: CLOCK_BOOTTIME. */
#define METRICS_IDLE_NS (600 * 1000000000ull)

void metrics_drop_idle(struct metrics *metrics, uint64_t now_ns);

/* What is told of the store, where there is one. */
struct metrics_store {
	uint64_t bytes, segments;
	uint64_t oldest_ns; /* UTC; 0: it is empty */
};

/* Of this process. What is 0 is not known, but for cpu_ns. */
struct metrics_process {
	uint64_t cpu_ns, start_ns; /* UTC */
	uint64_t resident, virtual;
	uint64_t open_fds, max_fds;
};

/* What is told besides. */
struct metrics_self {
	const char *version;
	struct books books;
	uint64_t ring_used,
		ring_size; /* bytes; used: the most since it was last told. 0: not known */
	uint64_t tracked;  /* connections and attempts that are not over */
	const struct metrics_store *store; /* NULL: there is none */
	struct metrics_process process;
};

/*
 * Appends all of it, in the text format 0.0.4 of Prometheus. What did not fit is told by
 * out->overflow, and all of it is to be written again then. Exemplars are comments, which every
 * reader of that format passes over: `# EXEMPLAR {connection_id="..."} 3.05 1795390000.123`, before
 * the line that they are of.
 */
void metrics_put(struct buffer *out, const struct metrics *metrics,
		 const struct metrics_self *self);

/* Who scrapes, each 15 s or each minute, sees an exemplar once at least: a file comes each 5 s. */
#define EXEMPLAR_FILES 12

/* A file was made: a slowest handshake that was in EXEMPLAR_FILES of them is told no more. */
void metrics_told(struct metrics *metrics);

#endif
