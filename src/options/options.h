/* SPDX-License-Identifier: MIT */
/* The command line: one table gives parsing and help. */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "aggregate/key.h"
#include "contract/config.h"
#include "format/format.h"
#include "util/choice.h"
#include "util/error.h"

enum command {
	COMMAND_TRACE,
	COMMAND_COUNT,
	COMMAND_LATENCY,
	COMMAND_DOCTOR,
	COMMAND_HELP,
	COMMAND_VERSION,
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	enum command command;
	char **argv; /* the command to run, NULL-terminated; NULL: none. Borrowed from main's argv
		      */

	bool wait; /* for the last of its descendants */

	/*
	 * Filters of the kernel side: namespaces, cgroups, ports, min_latency_ns, retried_only; the
	 * rest is filled in from what follows.
	 */
	struct config kernel;
	__u64 ports_left_out[PORT_WORDS];
	uint32_t events;       /* EVENT_BIT()s */
	uint32_t added_events; /* those that -e has with a '+' */
	bool failed_only;
	bool ipv4, ipv6;
	struct choice pids, uids; /* of uint32_t; owned, like all of these */
	bool follow;		  /* pids, and whom they start */
	struct choice comms;	  /* of char[COMM_LEN] */
	struct choice networks;	  /* of struct config_network */
	bool no_syscalls;

	const struct format_ops *format;
	const char *write_path; /* NULL: stdout */
	enum color color;
	bool names;	     /* of services and users, in tables */
	uint64_t max_events; /* 0: no limit */
	uint32_t
		repeat_limit; /* of events as aggregate/repeats.h sums them up, a second; 0: none */
	uint64_t duration_ns; /* 0: no limit */

	unsigned int by;      /* COMMAND_COUNT, COMMAND_LATENCY: BY_* bits */
	uint64_t interval_ns; /* of their reports; 0: one at the end */

	const char *object_path; /* NULL: built in */
	const char *btf_path;	 /* NULL: the kernel's own */
	uint32_t ring_size;	 /* bytes */
	int verbosity;		 /* -1 quiet, 0, 1 verbose */
};

/*
 * Parses argv into *ret, which the caller frees with options_free() whatever comes back. Returns 0,
 * or -EINVAL and one line in error: which input, reason, and the way out.
 */
int options_parse(int argc, char **argv, struct options *ret, struct error *error);
void options_free(struct options *options);

/* --help, from the table. */
void options_help(FILE *to);

#endif
