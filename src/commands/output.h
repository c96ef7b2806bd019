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
	/* As of the last line: where another process would go on; ring 0: none could. */
	struct frame_mark mark;
	struct frame_mark marked; /* as it was told to the store last */
	uint64_t given_back;	  /* bytes of the ring */
	uint64_t due;		  /* more that wait to be given back are worth a frame */
	uint64_t written_before;  /* events that lines of earlier processes stand for */
	uint64_t left_out;	  /* events that the output has left out itself */
	uint64_t left;		/* events in lines that were given up, but are in the ring still */
	bool store_full;	/* which was told */
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

/*
 * Of a ring that outlives the process: each line goes to the store with where the ring is to be
 * read on behind it, and what is in the store is given back. With any other ring, all of these do
 * nothing.
 */

/* Goes on where an earlier process has come to, before all else. */
void output_resume(struct output *output, const struct session_start *start);

/* The session's last event is in the line that is about to be committed. */
void output_come(struct output *output);

/* Marks the line that is about to be committed, which stands for so many events. */
void output_mark(struct output *output, uint64_t events);

/* All events of the session's up to now are in the lines that there are, or will be in none. */
void output_moved(struct output *output);

/*
 * Gives back what is in the store, and has it written if it waits for much of the ring; rest: or if
 * nothing else waits, as what came was not wanted.
 */
void output_give_back(struct output *output, bool rest);

/* Whether lines are better not made now: what they are made of can wait where it is. */
bool output_is_full(struct output *output);

/* So many events are in lines that were given up: another process has them anew. True: with such a
 * ring. */
bool output_leave(struct output *output, uint64_t events);

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
