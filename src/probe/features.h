/* SPDX-License-Identifier: MIT */
/*
 * What this kernel lets this process do. Library code: nothing is printed, nothing is changed;
 * trial programs and maps are closed at once.
 */
#ifndef PROBE_FEATURES_H
#define PROBE_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

enum feature_status { FEATURE_PASS, FEATURE_WARN, FEATURE_FAIL };

struct feature {
	const char *name; /* static: what was looked at */
	enum feature_status status;
	char found[96];	  /* one line, never empty */
	char advice[192]; /* one line; empty on FEATURE_PASS */
};

/* Room that features_probe() never outgrows. */
#define FEATURES_MAX 24

/*
 * Look at everything, in the order in which things depend on each other. Returns how many
 * elements of features were filled. FEATURE_FAIL: tpconnect cannot trace without it;
 * FEATURE_WARN: it can, less well. btf_path: of --btf, NULL if it is not given.
 */
size_t features_probe(struct feature features[static FEATURES_MAX], const char *btf_path);

/*
 * Is everything there that tracing requires? Returns 0 and leaves reason alone if so, else
 * -ENOTSUP with a line in reason on the first thing missing and what to do about it.
 * need_syscalls: the system call tracepoints, and so tracefs, are wanted too.
 */
int features_explain(bool need_syscalls, const char *btf_path, struct error *reason);

#endif
