/* SPDX-License-Identifier: MIT */
/*
 * An output: where frames of a store are sent. It knows one protocol, and nothing of stores, order,
 * windows, retries or offsets: those are src/ship/window.h's. Called by one thread; library code:
 * it does not log.
 */
#ifndef SHIP_OUTPUT_H
#define SHIP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/* As the command line has them; NULL: not there. Files are opened by the output itself. */
struct output_target {
	const char *url;	  /* without a user and a password: such are refused before */
	const char *shown;	  /* the URL for messages: without its query */
	const char *content_type; /* of all frames: "application/x-ndjson", ... */
	bool is_otlp;		  /* frames are requests of OTLP/HTTP, in JSON */

	/* Paths. What is in these files goes into no message. */
	const char *token_file;		    /* one line: the token of "Authorization: Bearer" */
	const char *header_file;	    /* lines of "Name: value" */
	const char *ca_file;		    /* PEM: who may have signed the server's certificate */
	const char *cert_file, *key_file;   /* PEM: the client's own */
	const char *creds_file, *nkey_file; /* of NATS: a user's JWT and seed; a seed */

	uint64_t timeout_ns; /* a frame that has no answer after this gets ANSWER_BROKEN */
};

/* A part of a store: whole lines. All of it stays the caller's until the answer has come. */
struct ship_frame {
	uint64_t number; /* of this send, from 1 on: a frame that is sent again has another */
	const char *id;	 /* "host:boot:first-last": the same bytes always have the same */
	const char *host, *boot; /* parts of the id */
	uint64_t first_seq, last_seq;
	uint64_t lines;
	const void *content;
	size_t size;
	const char *encoding; /* of content: "zstd", "gzip"; NULL: none */
};

enum answer_kind {
	ANSWER_ACKED,
	ANSWER_DUPLICATE, /* acknowledged, and was there before */
	ANSWER_RETRY,	  /* not now: the same frame, later */
	ANSWER_TOO_LARGE, /* not in one piece */
	ANSWER_REFUSED,	  /* not this, or not from us: somebody has to look at it */
	ANSWER_BROKEN,	  /* no answer came: it may have been taken, or not */
};

struct answer {
	uint64_t number; /* of the frame */
	enum answer_kind kind;
	uint64_t retry_after_ns; /* how long to wait at least, as the server says; 0: it does not */
	uint64_t rejected;	 /* of ANSWER_ACKED: lines that were not taken, and never will be */
	/*
	 * Why, as a label of metrics: a constant of few words, such as "http_503", "timeout",
	 * "no_stream". NULL: nothing is wrong.
	 */
	const char *reason;
	char text[512]; /* likewise for a person, in any bytes: who shows it escapes it. Or "" */
};

struct output; /* the output's own */

struct output_ops {
	/* Those of its URLs, without "://"; NULL behind the last. */
	const char *const *schemes;

	/* How many frames may be on their way at once, where nobody has said it. */
	unsigned int window;

	/*
	 * Looks at the target, and at all of its files. Whether anybody answers there is not waited
	 * for. Called when the process is confined already: threads may be started. Returns 0, or
	 * -errno with a line in error; -EINVAL: the command line is wrong.
	 */
	int (*open)(const struct output_target *target, struct output **ret, struct error *error);

	/*
	 * Sends a frame. Each that was taken gets one answer, at the latest after the timeout: what
	 * fails at once is ANSWER_BROKEN of the next wait(). May block for some seconds, as a
	 * socket's buffer is full, and no longer. False: it has no room, wait() first.
	 */
	bool (*send)(struct output *output, const struct ship_frame *frame);

	/*
	 * Waits at most timeout_ms for the next answer, or until wake_fd can be read. Called also
	 * where nothing was sent. Returns 1 and *ret; 0: none; -errno: the output is of no more
	 * use.
	 */
	int (*wait)(struct output *output, int wake_fd, int timeout_ms, struct answer *ret);

	/* Whatever is on its way gets no answer any more. NULL is fine. */
	void (*close)(struct output *output);
};

extern const struct output_ops output_http;
extern const struct output_ops output_nats; /* where libnats was there: HAVE_NATS */

/* The one for URLs of that scheme, or NULL. */
const struct output_ops *output_for(const char *url);

#endif
