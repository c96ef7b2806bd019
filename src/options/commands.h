/* SPDX-License-Identifier: MIT */
/*
 * The table of commands: a row has the number in enum command, the name, the function that runs it
 * and the help, in one line. Options know commands by name and help; commands/run.c knows the
 * functions, of type command_fn.
 */
#ifndef OPTIONS_COMMANDS_H
#define OPTIONS_COMMANDS_H

#include <stddef.h>

#define COMMANDS(ROW)                                                                              \
	ROW(COMMAND_TRACE, "trace", trace_main, "each connection attempt, as it happens")          \
	ROW(COMMAND_COUNT, "count", count_main, "attempts and results by process and destination") \
	ROW(COMMAND_LATENCY, "latency", latency_main, "a histogram of handshake latency")          \
	ROW(COMMAND_LIST, "list", list_main, "connections that are open now, of all processes")    \
	ROW(COMMAND_TOP, "top", top_main, "a live screen of processes, destinations, connections") \
	ROW(COMMAND_AUDIT, "audit", audit_main,                                                    \
	    "what it connected to, against a list of what is expected")                            \
	ROW(COMMAND_RECORD, "record", record_main,                                                 \
	    "always on: keep every event in a bounded store")                                      \
	ROW(COMMAND_HISTORY, "history", history_main, "ask the store what record has kept")        \
	ROW(COMMAND_REPORT, "report", report_main, "a picture and tables of records")              \
	ROW(COMMAND_DETACH, "detach", detach_main,                                                 \
	    "take away what record --pin left in the kernel")                                      \
	ROW(COMMAND_DOCTOR, "doctor", doctor_main,                                                 \
	    "whether this host can build and run it, and what to do if not")

#define COMMAND_NUMBER(number, name, run, help) number,
enum command {
	COMMANDS(COMMAND_NUMBER) /* then what an option asks for, and no command */
	COMMAND_HELP,
	COMMAND_VERSION,
};
#undef COMMAND_NUMBER

/* By number; NULL behind the last of the table. */
const char *command_name(size_t i);
const char *command_help(size_t i);

#endif
