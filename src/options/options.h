/* SPDX-License-Identifier: MIT */
/* The command line: one table gives parsing and help. */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/request.h"
#include "options/commands.h"
#include "util/error.h"
#include "util/vector.h"

/* Where the unit of the service pins. */
#define PIN_DIR "/sys/fs/bpf/tpconnect"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* How events are put together and shown, and where. */
struct output_options {
	const char *format;	/* its name, one of output_format_name() */
	bool write;		/* --write was given */
	const char *write_path; /* NULL: stdout */
	enum color color;
	bool names;	  /* of services and users, in tables */
	bool failed_only; /* COMMAND_COUNT: only groups in which something failed or was cancelled
			   */
	bool all;	 /* COMMAND_LIST: also what is inbound, listens, or is held by no process */
	unsigned int by; /* all that have groups: BY_* bits; COMMAND_HISTORY: 0: lines */
	bool community_id;
	bool latency;		 /* COMMAND_HISTORY: histograms, as COMMAND_LATENCY has them */
	const char *filter;	 /* COMMAND_TOP: words, as rows_fit() takes them; NULL: none */
	const char *replay_path; /* COMMAND_TOP: a record to be shown again; NULL: this host */
	uint32_t repeat_limit;	 /* of events as aggregate/repeats.h sums them up, a second; 0:
				    none */
};

/* COMMAND_RECORD, COMMAND_HISTORY */
struct store_options {
	const char *dir;
	uint64_t size;		     /* bytes that it may take */
	uint64_t since_ns, until_ns; /* COMMAND_HISTORY: UTC, [since, until); 0: no bound */
	bool check;		     /* COMMAND_HISTORY: whether all of it is there, and no more */
};

/* COMMAND_AUDIT */
struct audit_options {
	const char *allow_path, *learn_path; /* NULL: not given; one of the two at most */
	bool host;			     /* all of the host is judged, not the command alone */
	bool scope_given;
};

struct options {
	enum command command;
	struct request request;
	struct limits limits;
	struct output_options output;
	struct store_options store;
	struct audit_options audit;
	const char *metrics_path; /* COMMAND_RECORD; NULL: none */
	char *metrics_dir;	  /* that it is in; owned */
	struct vector files; /* COMMAND_REPORT, COMMAND_AUDIT: const char *, of argv; "-": standard
				input */
	int verbosity;	     /* -1 quiet, 0, 1 verbose */

	/* What options_parse() needs to make the request. */
	__u64 ports_left_out[PORT_WORDS];
	uint32_t added_events;	  /* EVENT_BIT()s of those that -e has with a '+' */
	uint32_t left_out_events; /* likewise with a '-' */
	bool changes_events;	  /* -e changes the default, as it began with one of these */
	bool ipv4, ipv6;
	bool no_syscalls;
	bool args, lineage;
};

/*
 * Parses argv into *ret, which the caller frees with options_free() whatever comes back. Returns 0,
 * or -EINVAL and one line in error: which input is wrong, why, and the way out.
 */
int options_parse(int argc, char **argv, struct options *ret, struct error *error);
void options_free(struct options *options);

/* --help, from the table. */
void options_help(FILE *to);

#endif
