/* SPDX-License-Identifier: MIT */
/*
 * What this kernel lets this process do. Library code: nothing is printed, nothing is changed;
 * trial programs and maps are closed at once.
 */
#ifndef PROBE_CHECKS_H
#define PROBE_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

enum check_status { CHECK_PASS, CHECK_WARN, CHECK_FAIL };

struct check_result {
	const char *name; /* static: what was looked at */
	enum check_status status;
	bool listing;	  /* without it, what is open cannot be listed either */
	char found[96];	  /* one line, never empty */
	char advice[192]; /* one line; empty on CHECK_PASS */
};

/* Room that checks_run() never outgrows. */
#define CHECKS_MAX 24

/*
 * Look at everything, in the order in which things depend on each other. Returns how many
 * elements of results were filled. CHECK_FAIL: tpconnect cannot trace without it;
 * CHECK_WARN: it can, less well. btf_path: of --btf, NULL if it is not given.
 */
size_t checks_run(struct check_result results[static CHECKS_MAX], const char *btf_path);

/*
 * Is everything there that tracing requires? Returns 0 and leaves reason alone if so, else
 * -ENOTSUP with a line in reason on the first thing missing and what to do about it.
 * need_syscalls: the system call tracepoints, and so tracefs, are wanted too.
 */
int checks_explain(bool need_syscalls, const char *btf_path, struct error *reason);

/* Likewise of the privilege alone, which costs nothing: for who makes something before it traces.
 */
int checks_privilege(struct error *reason);

#endif
