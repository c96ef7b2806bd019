/* SPDX-License-Identifier: MIT */
/* The parts of `tpconnect audit`: what was seen and by whom, what speaks against it, and how it is
 * told. */
#ifndef COMMANDS_AUDIT_H
#define COMMANDS_AUDIT_H

#include "audit/seen.h"
#include "options/options.h"
#include "util/vector.h"

struct audit {
	const struct options *options;
	const char *path; /* of the rules; NULL: there are none, and so no verdict */
	struct rules rules;
	struct seen *seen;
	struct groups *outside; /* by process: how many attempts outside the command; uint64_t */
	uint64_t n_outside;
	struct vector doubts; /* of char *: why it cannot be vouched for */
};

/* One more reason why it cannot be vouched for. */
void audit_doubt(struct audit *audit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* audit_record.c: takes every record that the options name. Says what it cannot read. */
int audit_read_records(struct audit *audit);

/*
 * audit_say.c: tells what was seen, learns or judges it, and says the verdict last. status: the
 * command's own, or 0. Returns the exit status.
 */
int audit_tell(struct audit *audit, int status);

#endif
