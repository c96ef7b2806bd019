// SPDX-License-Identifier: MIT
/* Records, for audit: what they have, and whether they have all of it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commands/audit.h"
#include "model/filters.h"
#include "replay/replay.h"
#include "util/log.h"
#include "util/status.h"

/* What a record has said so far of itself: one that was appended to has several runs. */
struct reading {
	struct audit *audit;
	const char *path;
	struct replay *replay;
	uint64_t lines, last_seq, missing;
	uint64_t lost;	  /* events of the run, and of those that it goes on with */
	uint64_t context; /* likewise what is not known of who made them */
	uint64_t unknown; /* events that might have been wanted */
	bool begun, over; /* is the run */
};

static void end_run(struct reading *reading)
{
	if (reading->lines && !reading->over)
		audit_doubt(reading->audit,
			    "the record %s is cut off: it does not end with "
			    "tpconnect.stop",
			    reading->path);
	if (reading->lost)
		audit_doubt(reading->audit, "the record %s says that %" PRIu64 " event%s lost",
			    reading->path, reading->lost, reading->lost == 1 ? " was" : "s were");
	if (reading->context)
		audit_doubt(reading->audit,
			    "the record %s says that %" PRIu64 " time%s it could not be told who "
			    "made an attempt, or where",
			    reading->path, reading->context, reading->context == 1 ? "" : "s");
	reading->lost = reading->context = 0;
}

static void begin_run(struct reading *reading, const struct replay_line *line)
{
	/* What was pinned has gone on, also if the process was killed; and so do its counters. */
	if (!line->resumed)
		end_run(reading);
	/* In a store, numbers go on from one run to the next. */
	if (line->seq == 1)
		reading->last_seq = 0;
	reading->over = false;
	reading->begun = true;
	if (!line->programs || !strstr(line->programs, "sys_enter_connect"))
		audit_doubt(reading->audit,
			    "the record %s was made without the system calls: "
			    "attempts that fail before a SYN is due are not in it",
			    reading->path);
}

static void take_number(struct reading *reading, const struct replay_line *line)
{
	if (!line->seq)
		return;
	if (line->seq != reading->last_seq + 1)
		reading->missing++;
	reading->last_seq = line->seq;
}

static void take_event(struct reading *reading, const struct event *event)
{
	const struct request *request = &reading->audit->options->request;
	enum fit fit;

	if (!filters_want_attempt(request, event))
		return;
	fit = wanted_fit(&request->wanted, event);
	reading->unknown += fit == FIT_UNKNOWN;
	if (fit == FIT_YES && !event_listens(event))
		seen_add(reading->audit->seen, event);
}

static void take_line(struct reading *reading, const struct replay_line *line)
{
	if (line->kind == REPLAY_START)
		begin_run(reading, line);
	take_number(reading, line);
	reading->lines++;
	if (line->kind == REPLAY_EVENT)
		take_event(reading, &line->event);
	if (line->kind == REPLAY_LOSS || line->kind == REPLAY_STOP) {
		if (line->lost > reading->lost)
			reading->lost = line->lost;
		if (line->context > reading->context)
			reading->context = line->context;
	}
	reading->over |= line->kind == REPLAY_STOP;
}

static void doubt_gaps(struct reading *reading)
{
	struct replay_bad bad = replay_bad(reading->replay);

	end_run(reading);
	if (!reading->begun)
		audit_doubt(reading->audit, "the record %s does not begin with tpconnect.start",
			    reading->path);
	if (reading->missing)
		audit_doubt(reading->audit,
			    "lines are missing from the record %s, in %" PRIu64
			    " place%s, as the numbers of others tell",
			    reading->path, reading->missing, reading->missing == 1 ? "" : "s");
	if (bad.n)
		audit_doubt(reading->audit,
			    "%" PRIu64 " line%s of the record %s %s none of "
			    "tpconnect's, or not whole: the first is line %" PRIu64,
			    bad.n, bad.n == 1 ? "" : "s", reading->path, bad.n == 1 ? "is" : "are",
			    bad.first);
	if (reading->unknown)
		audit_doubt(reading->audit,
			    "%" PRIu64 " event%s of the record %s might have been "
			    "wanted: what --container or --unit asks for is not "
			    "known",
			    reading->unknown, reading->unknown == 1 ? "" : "s", reading->path);
}

static int read_all(struct reading *reading)
{
	const struct replay_line *line;
	int more;

	while ((more = replay_next(reading->replay, &line)) > 0)
		take_line(reading, line);
	if (more < 0) {
		log_error("cannot read the record %s: %s", reading->path, replay_error(more));
		return STATUS_FAILED;
	}
	if (!reading->lines) {
		log_error("the record %s has no line of tpconnect's: it is made with -o json, or "
			  "with -w of audit",
			  reading->path);
		return STATUS_FAILED;
	}
	doubt_gaps(reading);
	return STATUS_DONE;
}

static int read_record(struct audit *audit, const char *path)
{
	struct reading reading = {.audit = audit, .path = path};
	int err = replay_open(path, &reading.replay), status;

	if (err) {
		log_error("cannot open the record %s: %s%s", path, strerror(-err),
			  err == -ENOENT ? "; to audit a command, put -- before it" : "");
		return STATUS_FAILED;
	}
	status = read_all(&reading);
	replay_close(reading.replay);
	return status;
}

int audit_read_records(struct audit *audit)
{
	const struct vector *files = &audit->options->files;
	const char *const *paths = files->items;
	const char *twice = replay_twice(paths, files->n);
	int status = STATUS_DONE;

	if (twice) {
		log_error("%s is given twice, and would count twice", twice);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < files->n && !status; i++)
		status = read_record(audit, paths[i]);
	return status;
}
