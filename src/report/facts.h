/* SPDX-License-Identifier: MIT */
/* What a record says of itself: when it was observed, and what it lacks. Pure. */
#ifndef REPORT_FACTS_H
#define REPORT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "replay/parse.h"
#include "util/host.h"

#define FACTS_HOSTS 8

struct facts {
	char hosts[FACTS_HOSTS][HOST_NAME_SIZE];
	unsigned int n_hosts;
	bool more_hosts;

	unsigned int files;
	uint64_t lines, events, bad; /* bad: none of ours, or cut off */

	/* Runs of tpconnect: each has a start, or begins before the record does. */
	uint64_t runs, without_start, without_end;
	uint64_t without_syscalls;  /* runs that did not see what fails before a SYN */
	uint64_t first_ns, last_ns; /* UTC, of lines; 0: there is none */
	uint64_t from_ns, until_ns; /* UTC, of what was observed; 0: not known */
	uint64_t observed_ns;	    /* the sum of the runs whose beginning and end are known */
	uint64_t lost, missed;	    /* as the runs say; missed: among them */
	uint64_t missing;	    /* numbers of lines that are not there */
	uint64_t dropped;	    /* lines that have left a store */

	/* of the run, and the file, that is being read */
	bool in_run;
	uint64_t run_from_ns, run_lost, run_missed, next_seq;
	bool ended; /* did a run of the file; what it has added to the sums: */
	uint64_t ended_ns, ended_lost, ended_missed;
};

/* A file begins; another run begins with it. */
void facts_file(struct facts *facts);

void facts_line(struct facts *facts, const struct replay_line *line);

/* Behind the last line of the last file. */
void facts_end(struct facts *facts);

#endif
