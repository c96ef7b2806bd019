/* SPDX-License-Identifier: MIT */
/*
 * struct event -> text. Every format is a row of ops; all are pure: bytes into a buffer of the
 * caller's, no descriptor, no locale, no global state.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "books/books.h"
#include "model/event.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/host.h"
#include "util/names.h"

/*
 * No line of a notice is longer, and none of an event of which neither image, cgroup nor names are
 * known, newline included (bytes). The longest such event is EVENT_OPEN in JSON: 1,730 bytes with
 * every field at its widest. A start notice takes at most 1,756, if each of the 255 bytes of struct
 * programs' tracepoints were escaped. Either may have 529 more of the host, if each of the 64 bytes
 * of its name is. test_format and the fuzzer check it.
 */
#define FORMAT_LINE_MAX 2560

/*
 * What image, cgroup and names add to that at most, besides their texts: keys, numbers and six
 * ancestors in JSON, 1,885 bytes with every field at its widest, and of names 94.
 */
#define FORMAT_WHO_MAX 2048

/*
 * The longest line that any format writes for the event, newline included (bytes). No byte of a
 * text becomes more than six: U+FFFD or a control character in JSON.
 */
size_t format_line_max(const struct event *event);

/*
 * The version of what JSON says, in NOTICE_START: raised where a key comes to mean something else,
 * or is gone. A new key does not raise it.
 */
#define FORMAT_SCHEMA "1"

struct who_memo;

/* What a format needs to write a line, besides the event. */
struct format_context {
	int64_t boot_to_utc_ns;	  /* CLOCK_REALTIME - CLOCK_BOOTTIME at the event */
	int64_t process_epoch_ns; /* the same as it was when tracing started: the basis of a
				     process's creation time, which must not change in a run */
	uint64_t seq;		  /* number of the line, from 1 */
	bool color;
	bool verbose;			   /* text: all that is known of the process */
	unsigned int width;		   /* columns that a table may fill; 0: 100 */
	unsigned int src_width, dst_width; /* of the widest cells of the table so far; 0: none */
	bool closes; /* EVENT_CLOSE or EVENT_OPEN is wanted: a table has columns for it */
	bool dns;    /* names of destinations are wanted: a table has a column for them */
	const struct names *names; /* of services and users, for people; NULL: numbers */
	const struct host *host;   /* JSON: in NOTICE_START; NULL: nowhere */
	bool host_always;	   /* in every line, which then has a name for good */
	struct who_memo *who_memo; /* JSON: of image and cgroup; NULL: nothing is kept */
	bool community_id;	   /* JSON, zeek: is wanted */
	uint64_t log_utc_ns;	   /* zeek: when a header or footer is written */
};

enum notice_kind { NOTICE_START, NOTICE_LOSS, NOTICE_HEARTBEAT, NOTICE_STOP };

/* A line about the tracing itself, among those of events. */
struct notice {
	enum notice_kind kind;
	uint64_t time_ns;		/* CLOCK_BOOTTIME */
	const char *version, *programs; /* NOTICE_START: what is attached, comma separated */
	uint64_t heartbeat_ns;		/* of the first and itself: how often it comes; 0: never */
	bool resumed;			/* NOTICE_START: with what an earlier process left */
	struct span observed;  /* NOTICE_STOP; of the first and of a heartbeat, its begin */
	struct books books;    /* all but NOTICE_START; of NOTICE_LOSS, what was lost */
	uint64_t tracked;      /* NOTICE_STOP */
	uint64_t unattributed; /* NOTICE_STOP: as of struct counters */
	const char *dns;     /* how answers of name servers are seen; NULL: nobody asked for that */
	uint64_t dns_unread; /* NOTICE_STOP, with dns */

	/* All but NOTICE_START: lines go to a store, whose first is of that time (UTC) */
	bool store;
	uint64_t store_oldest_ns; /* 0: there is none */

	/* NOTICE_LOSS: what has left it now, seqs of that boot; NULL: nothing is told of that */
	const char *dropped_boot;
	uint64_t dropped_first, dropped_last;
};

struct format_ops {
	const char *name;

	/* Appends one line, newline included. */
	void (*event)(struct buffer *out, const struct event *event,
		      const struct format_context *ctx);

	/* Appends one line, newline included. NULL: this format has no notices. */
	void (*notice)(struct buffer *out, const struct notice *notice,
		       const struct format_context *ctx);

	/*
	 * Widens the columns in ctx for the event. Returns whether columns have moved: a header is
	 * due before the line then. NULL: this format has no columns.
	 */
	bool (*fit)(const struct event *event, struct format_context *ctx);

	/* Appends the lines that say what the columns are. NULL: this format has no columns. */
	void (*header)(struct buffer *out, const struct format_context *ctx);

	/* Appends the line that comes last. NULL: there is none. */
	void (*footer)(struct buffer *out, const struct format_context *ctx);
};

extern const struct format_ops format_text, format_json, format_table, format_zeek;

/* The format of that name; NULL if there is none. */
const struct format_ops *format_find(const char *name);

#endif
