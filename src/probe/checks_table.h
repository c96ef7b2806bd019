/* SPDX-License-Identifier: MIT */
/* The checks behind checks.h, one for each thing that tracing needs or is better with. */
#ifndef PROBE_CHECKS_TABLE_H
#define PROBE_CHECKS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "probe/checks.h"

/* What several checks need to know. */
struct check_context {
	uint64_t capabilities;	 /* effective */
	const char *missing;	 /* NULL: bpf(2) is allowed; else the capability it lacks */
	const char *btf_path;	 /* --btf; NULL: the kernel's own */
	struct btf *btf;	 /* of the kernel; NULL until check_btf() has found it */
	const char *tracefs;	 /* NULL: not mounted */
	libbpf_print_fn_t print; /* libbpf's, put back at the end */
};

struct check {
	const char *name;
	/* Sets result->found and says whether all is well; may set another advice. */
	bool (*run)(struct check_context *context, const struct check *check,
		    struct check_result *result);
	const char *arg;	  /* for run() */
	enum check_status failed; /* what it means if run() says no */
	bool syscalls;		  /* only the system call tracepoints need it */
	bool listing;		  /* to list what is open needs it */
	const char *advice;
};

static inline bool capable(const struct check_context *context, int capability)
{
	return context->capabilities >> capability & 1;
}

/* The name of the one that is asked alone: checks_privilege(). */
#define CHECK_PRIVILEGE "privilege"

/* In the order of dependence: what comes first explains what fails later. */
extern const struct check checks[];
extern const size_t n_checks;

#endif
