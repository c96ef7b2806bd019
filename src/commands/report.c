// SPDX-License-Identifier: MIT
/* tpconnect report: a picture and tables of records. Reads files alone, and needs no privilege. */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/run.h"
#include "replay/replay.h"
#include "util/log.h"
#include "util/status.h"

static void say_bad(const char *path, struct replay_bad bad)
{
	if (bad.n)
		log_warning("%s: %" PRIu64 " line%s none of tpconnect's, or not whole, and %s "
			    "passed over: the first is line %" PRIu64,
			    path, bad.n, bad.n == 1 ? " is" : "s are", bad.n == 1 ? "was" : "were",
			    bad.first);
}

static int read_lines(struct replay *replay, struct facts *facts, struct pairings *pairs)
{
	const struct replay_line *line;
	int more;

	while ((more = replay_next(replay, &line)) > 0) {
		facts_line(facts, line);
		if (line->kind == REPLAY_EVENT && pairings_add(pairs, &line->event))
			return -ENOMEM;
	}
	facts->bad += replay_bad(replay).n;
	return more;
}

static int read_file(const char *path, struct facts *facts, struct pairings *pairs)
{
	struct replay *replay;
	int err = replay_open(path, &replay);

	if (err) {
		log_error("cannot open the record %s: %s", path, strerror(-err));
		return STATUS_FAILED;
	}
	facts_file(facts);
	err = read_lines(replay, facts, pairs);
	say_bad(path, replay_bad(replay));
	replay_close(replay);
	if (!err)
		return STATUS_DONE;
	log_error("cannot read the record %s: %s", path, replay_error(err));
	return STATUS_FAILED;
}

static int read_files(const struct vector *paths, struct facts *facts, struct pairings *pairs)
{
	const char *const *at = paths->items;
	const char *twice = replay_twice(at, paths->n);

	if (twice) {
		log_error("%s is given twice, and would count twice", twice);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < paths->n; i++)
		if (read_file(at[i], facts, pairs))
			return STATUS_FAILED;
	facts_end(facts);
	if (facts->lines)
		return STATUS_DONE;
	log_error("%s no line of tpconnect's: a record is made with -o json",
		  paths->n == 1 ? "the record has" : "the records have");
	return STATUS_FAILED;
}

static int put_report(struct report *report, struct pairings *pairs, report_put *put)
{
	struct sketch *sketch;

	report->n_others = pairings_others(pairs, &report->others);
	if (pairings_sorted(pairs, &report->pairs, &report->n_pairs))
		return -ENOMEM;
	report->all = report->others;
	for (size_t i = 0; i < report->n_pairs; i++)
		tally_merge(&report->all, &report->pairs[i]->tally);
	if (sketch_new(report->pairs, report->n_pairs, report->n_others ? &report->others : NULL,
		       &sketch))
		return -ENOMEM;
	report->sketch = sketch;
	put(stdout, report);
	free(sketch);
	return 0;
}

int report_main(const struct options *options, bool color)
{
	struct report report = {0};
	struct pairings *pairs;
	int status;

	(void)color;
	if (pairings_new(&pairs)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	status = read_files(&options->files, &report.facts, pairs);
	if (!status && put_report(&report, pairs, report_find(options->output.format))) {
		log_error("no memory");
		status = STATUS_FAILED;
	}
	pairings_free(pairs);
	return status;
}
