/* SPDX-License-Identifier: MIT */
/*
 * A kernel side without a kernel, in the place of probe/: the functions of loader.h, reader.h and
 * checks.h as far as engine/ calls them. Records come from a queue; everything else is a
 * variable.
 */
#ifndef UNIT_FAKE_PROBE_H
#define UNIT_FAKE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/attempt.h"
#include "contract/config.h"
#include "contract/open.h"
#include "probe/loader.h"
#include "util/status.h"
#include "probe/reader.h"

#define FAKE_RECORDS_MAX 256

struct fake_probe {
	/* What the functions return. */
	int open_err, ring_err, fill_err, sweep_err, snapshot_err, gauges_err;
	int counters_err, tracked_err;
	enum exit_status rights_status; /* of rights_drop(): this process keeps its own */
	bool kernel_lacks;		/* something: checks_explain() */
	int follow_err, followed;
	struct counters counters;
	struct share share; /* of index 1 */
	uint64_t tracked;
	enum probe_dns dns;
	uint64_t dns_unread;
	struct ring_fill ring;
	uint64_t ring_id; /* of probe_ring_id() */
	bool resumed;
	uint64_t fills_up; /* bytes that come each time somebody looks */
	bool late;	   /* the last record arrives only after some waiting */

	/* What was asked for. */
	struct config config;
	unsigned int rights_dropped, opened_times, closed, detached, sweeps, snapshots,
		fills_when_detached;
	uint32_t follows;
	uint32_t tells_again;	  /* the process that was asked for last */
	struct cgroup_key cgroup; /* with it; all 0: without */
	unsigned int n_told_again;
	bool keeps;	   /* reader_keep() was called */
	uint64_t released; /* the position up to which the ring was given back */

	struct close_record records[FAKE_RECORDS_MAX];
	const struct record
		*context[FAKE_RECORDS_MAX]; /* in the place of the record of that index */
	size_t n, next;

	const struct record *opened[FAKE_RECORDS_MAX]; /* what probe_snapshot() finds */
	struct gauge_record gauges[4];
	size_t n_opened, n_gauges;
};

extern struct fake_probe fake;

/* Each record takes so much of the ring. */
#define FAKE_RECORD_SIZE 256

/* As if new: nothing queued, nothing fails. */
void fake_reset(void);

/* The kernel side sends a record of that kind, with that pid, and counts it. */
void fake_send(enum event_kind kind, uint32_t pid);

/* It sends that record of who or where, borrowed, which is not counted. */
void fake_tell(const struct record *context);

/* That record, borrowed, is among those that a snapshot gives. */
void fake_is_open(const struct record *record);

#endif
