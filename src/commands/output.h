/* SPDX-License-Identifier: MIT */
/*
 * Where a command's lines go, and the books of it: what every command that shows events does in
 * the same way. Most of it are callbacks of struct consumer, with the output as their ctx.
 */
#ifndef COMMANDS_OUTPUT_H
#define COMMANDS_OUTPUT_H

#include "commands/ledger.h"
#include "engine/session.h"
#include "format/format.h"
#include "options/options.h"
#include "sink/sink.h"
#include "sink/writer.h"
#include "store/store.h"
#include "util/status.h"

struct output {
	const struct options *options;
	const struct format_ops *format; /* of options->output.format */
	struct sink *sink;		 /* to which lines are brought; the writer's to close */
	struct writer *writer;
	const char *where;   /* its name, for people */
	struct store *store; /* to which the sink leads, with which it is closed; NULL: to none */
	uint64_t first_seq;  /* of the sink's first line */
	bool store_full;     /* which was told */
	uint64_t store_removed; /* events, as was told */
	int sync_error;		/* the last errno of its disk that was told */
	uint64_t begin_ns;	/* of what is observed */
	uint64_t heartbeat_ns;	/* when the next line is due that shows that it goes on */
	struct format_context context;
	struct host host; /* the context's */
	struct ledger ledger;
	uint64_t taken;	   /* events of all lines that the sink has ever taken */
	struct loss shown; /* the loss that was last told */

	bool reports; /* lines are not of single events, or have a header of their own */
	bool once;    /* all lines come at once: written as fast as they are read, or not at all */
	bool terminal;
	unsigned int terminal_rows; /* 0: not known */
	unsigned int since_header;  /* lines, the header included; 0: none yet */
	int write_error;	    /* the last errno told; 0: output works */
	int reopen_error;	    /* likewise of opening the file anew, which is tried again */
	bool closed;
	struct session *session; /* set when tracing starts */
	int source;		 /* of the session's loop: the sink's descriptor */
	bool gone;		 /* nobody reads */
	bool late;		 /* a write does not come back, which was told */
	bool given_up;		 /* likewise, at the end */
	const char *dns;	 /* as of struct notice */
};

/* Opens what the options name; says why not. The caller closes it. Returns an exit status. */
enum exit_status output_open(struct output *output, const struct options *options, bool color);

/*
 * From now on a thread writes where one is needed: after privileges were dropped, as it keeps what
 * the process has now. output_started() does it. Returns an exit status; says why not.
 */
enum exit_status output_begin(struct output *output);

void output_close(struct output *output);

/* The file was tried to be opened anew: says what happened. */
void output_reopened(struct output *output, const struct writer_report *report);

/* The callbacks that all commands share; `event` is left to the command. */
struct consumer output_consumer(struct output *output);

/*
 * Room for one line of up to max bytes, to be kept with output_commit(); NULL if there is none. A
 * table's header goes before it where one is due. session: NULL once tracing is over, when it may
 * wait for room as output_flush_patiently() does.
 */
struct buffer *output_line(struct output *output, struct session *session, size_t max);

/* Keeps the line, which stands for so many events; one that is too long is lost with them. */
void output_commit(struct output *output, uint64_t events);

/* Behind the last line: what the format ends with, if anything. */
void output_footer(struct output *output);

/* Before an event's line: makes room for it in a table, whose header is due if columns move. */
void output_fit(struct output *output, const struct event *event);

/* The lines of the terminal that standard output is, for text; 0: it is none, or not known. */
unsigned int output_rows(struct output *output);

/* Writes what can be without waiting, where there is no session to do it. */
void output_flush(struct output *output);

/* Writes what is pending, waiting for a slow reader as long as it takes something at all. */
void output_flush_patiently(struct output *output);

/* Likewise; then gives up what could not be written, and counts it in the books. */
void output_settle(struct output *output);

/* What filters that user space decides lack: names of containers, and what they ask for. */
void output_say_names(const struct request *request);
void output_say_unknown(uint64_t n, const char *what, const struct request *request);

/* A line that the program writes of itself, if the format has such: time and number are set. */
void output_notice(struct output *output, struct notice *notice);

/* Of a store: counts what it has lost in books and notice; and tells what has left it. */
void output_count_store(struct output *output, struct notice *notice);
void output_tell_store(struct output *output, struct notice *notice);

/* Likewise each minute: that it goes on, with the books so far. Does nothing before it is due. */
void output_beat(struct output *output);

/* How often a store gets a line, even if nothing happens: what lacks one is not whole. */
#define HEARTBEAT_NS (60 * NSEC_PER_SEC)

/* The callbacks of those names: for a command that has something to do besides. */
void output_started(void *ctx, struct session *session, const struct session_start *start);
void output_finished(void *ctx, struct session *session, const struct session_end *end);

#endif
