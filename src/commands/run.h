/* SPDX-License-Identifier: MIT */
/* From a parsed command line to the command that it names. */
#ifndef COMMANDS_RUN_H
#define COMMANDS_RUN_H

#include <stdbool.h>

#include "options/options.h"

/* A command, as the table of options/commands.h has it. Returns the exit status. */
typedef int command_fn(const struct options *options, bool color);

command_fn trace_main, count_main, latency_main, list_main, top_main, audit_main, record_main,
	history_main, report_main, detach_main;

/*
 * Can this host build and run it; if not, what to do. Writes a table to stdout. STATUS_DONE if
 * tracing can work here, else STATUS_UNABLE; what is missing for building alone does not change it.
 * Appends /usr/sbin to PATH.
 */
command_fn doctor_main;

/*
 * Runs the command, or shows what --help or --version (this text) ask for. has_stdout: whether
 * standard output was open when the program began. Returns the exit status; messages are logged.
 */
int command_run(const struct options *options, const char *version, bool has_stdout);

#endif
