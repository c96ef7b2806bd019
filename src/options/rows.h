/* SPDX-License-Identifier: MIT */
/*
 * The option table. A row gives an option's parsing, its help, its part of the manual page and its
 * completions: tools/option_docs.c makes the last two.
 */
#ifndef OPTIONS_ROWS_H
#define OPTIONS_ROWS_H

#include <stddef.h>

#include "options/options.h"
#include "util/keywords.h"

/* What is known of an option's value to someone who completes it. */
enum values {
	VALUES_UNKNOWN,
	VALUES_ONE,    /* one of words */
	VALUES_LIST,   /* several of words, comma-separated */
	VALUES_SIGNED, /* the same, with + or - before each */
	VALUES_FILE,
	VALUES_PIDS, /* this one and VALUES_USERS, VALUES_COMMS: lists too */
	VALUES_USERS,
	VALUES_COMMS,
	VALUES_CGROUP,
	VALUES_NETNS,
};

/* Sets of commands. */
#define CMD(command)  (1u << (command))
#define CMD_EVENTS    (CMD(COMMAND_TRACE) | CMD(COMMAND_RECORD))
#define CMD_RESULTS   (CMD(COMMAND_TRACE) | CMD(COMMAND_COUNT) | CMD(COMMAND_LATENCY))
#define CMD_FOLLOWING (CMD_RESULTS | CMD(COMMAND_TOP) | CMD(COMMAND_RECORD))
#define CMD_TRACING   (CMD_FOLLOWING | CMD(COMMAND_AUDIT))
#define CMD_STARTING                                                                               \
	(CMD_RESULTS | CMD(COMMAND_TOP) | CMD(COMMAND_AUDIT)) /* a COMMAND of the user's */
#define CMD_WORDLESS                                                                               \
	(CMD(COMMAND_LIST) | CMD(COMMAND_RECORD) | CMD(COMMAND_HISTORY) | CMD(COMMAND_DOCTOR) |    \
	 CMD(COMMAND_DETACH))
#define CMD_PROBING   (CMD_TRACING | CMD(COMMAND_LIST))
#define CMD_FILTERING (CMD_FOLLOWING | CMD(COMMAND_LIST) | CMD(COMMAND_HISTORY))
#define CMD_PLACING   (CMD_FILTERING | CMD(COMMAND_AUDIT))   /* by where the process is */
#define CMD_SHOWING   (CMD_FILTERING & ~CMD(COMMAND_RECORD)) /* where the user says */
#define CMD_ALL	      (CMD_PLACING | CMD(COMMAND_REPORT) | CMD(COMMAND_DOCTOR) | CMD(COMMAND_DETACH))

struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *value; /* what the value is called in the help; NULL: it takes none */

	/*
	 * Takes the value (NULL for an option without one) into options. Returns 0, or -EINVAL and
	 * why. NULL: `flag` is all.
	 */
	int (*set)(struct options *options, const char *value, struct error *reason);
	unsigned int commands; /* the commands that take it */
	size_t flag;	       /* offset in struct options of the bool that it sets; 0: none */
	const char *help;      /* one line or two */
	const char *more;      /* what the manual page says besides; NULL: nothing */
	const char *headline;  /* heads the rows from this one on; NULL: the row before has it */
	enum values values;
	keywords_fn *words;
	bool excludes;	     /* "!" before a value leaves that out */
	bool value_optional; /* there is one only behind = */
	bool tracing; /* how, or how long, a host is traced: none is where a record is read */
};

extern const struct option_row option_rows[];
extern const size_t n_option_rows;

/* No more rows than that. */
#define OPTION_ROWS_MAX 56

/* The row of a letter; NULL if it is no option's. */
const struct option_row *option_by_letter(char letter);

/* Names by index; NULL behind the last. */
const char *option_name(size_t i);

#endif
