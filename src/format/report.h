/* SPDX-License-Identifier: MIT */
/* What the reports of count and latency share: their keys, as columns, titles or JSON. Pure. */
#ifndef FORMAT_REPORT_H
#define FORMAT_REPORT_H

#include "aggregate/groups.h"
#include "format/cell.h"
#include "format/format.h"
#include "util/clock.h"
#include "util/json.h"

/*
 * No line of a report is longer, besides its texts (bytes). The longest is a latency group in JSON
 * whose histogram has all of its rows: 1,926 bytes.
 */
#define REPORT_LINE_MAX 4096

/* What the group's texts add to that at most: six bytes for each of theirs. */
size_t report_texts_max(const struct group *group);

/* The columns that a key can have. */
enum key_column {
	KEY_PID, /* to KEY_USER: who */
	KEY_COMM,
	KEY_USER,
	KEY_EXE,
	KEY_CONTAINER,
	KEY_UNIT,
	KEY_NAME,
	KEY_DST,
	KEY_PORT,
	KEY_CGROUP,
	KEY_COLUMNS,
};

/* Whether keys of these BY_* bits have that column; its name, in capitals. */
bool key_has(unsigned int by, enum key_column column);
const char *key_column_name(enum key_column column);

/* No cell of a key is given more columns where nothing else bounds it: a path could fill a page. */
#define KEY_CELL_MAX CELL_PATH_MAX

/*
 * The key's cell, names, paths and addresses in at most max columns; "-" if it is not known. The
 * PID of a group of several processes is `several`. Not for a group that is `other`.
 */
void key_cell(struct cell *cell, const struct group *group, enum key_column column,
	      const struct names *names, unsigned int max);

/*
 * The cell of a group that is `other`, in the place of all key columns: "other", or "12 more" if
 * the number of its groups is known.
 */
void other_cell(struct cell *cell, const struct group *group);

/* Appends "comm=curl dst=192.0.2.1"; for `other` what other_cell() has; nothing if `by` is 0. */
void key_title(struct buffer *out, const struct group *group, unsigned int by,
	       const struct names *names);

/* "2026-02-16 12:34:57.000 UTC, the last 1.000s:", newline included. */
/* Likewise of a time that is over, in UTC: from when to when. */
void span_bounds(struct buffer *out, const struct span *span);

void span_title(struct buffer *out, const struct span *span, const struct format_context *ctx);

/* A report's line of JSON: its object opened, with its keys; and closed. */
void report_json_open(struct json *json, const char *event_name, const struct group *group,
		      unsigned int by, const struct span *span, const struct format_context *ctx);
void report_json_close(struct json *json);

#endif
