/* SPDX-License-Identifier: MIT */
/*
 * A record (what `-o json` has written, docs/fields.md) -> events as they were, one after the
 * other. A line that is none of ours, cut off, or of a schema that is not known is counted and
 * passed over, never half taken.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"

/* What a line is. */
enum replay_kind {
	REPLAY_EVENT,
	REPLAY_START, /* tpconnect.start, .loss, .stop */
	REPLAY_LOSS,
	REPLAY_STOP,
	REPLAY_OTHER, /* a line of ours that says nothing of these */
};

/* The last line. */
struct replay_line {
	enum replay_kind kind;
	uint64_t utc_ns; /* its timestamp, since 1970-01-01 */
	uint64_t seq;	 /* 0: it has none */

	/*
	 * REPLAY_EVENT: as model/decode.h makes them, but times are utc_ns, as the record has no
	 * other: time_ns, start_ns, process_start_ns. image and cgroup, where the line says
	 * anything of them, and all texts are valid until the next line is read.
	 */
	struct event event;

	uint64_t observed_from_ns,
		observed_until_ns; /* REPLAY_START, REPLAY_STOP: UTC; 0: absent */
	uint64_t lost;	 /* REPLAY_LOSS, REPLAY_STOP: the sum of all classes; missed included */
	uint64_t missed; /* of these */
};

/* Parses one line, without its newline. texts: for what *ret points to. Pure. 0 or -EBADMSG. */
struct replay_texts;
int replay_parse(const char *line, size_t size, struct replay_texts *texts,
		 struct replay_line *ret);

int replay_texts_new(struct replay_texts **ret);
void replay_texts_free(struct replay_texts *texts);

struct replay;

/* path: a regular file or pipe, plain text; "-": stdin. Returns 0 or -errno. */
int replay_open(const char *path, struct replay **ret);
void replay_close(struct replay *replay);

/* The next good line: 1, *ret set until the next call; 0: the end; -errno. */
int replay_next(struct replay *replay, const struct replay_line **ret);

/* From the beginning again; -ESPIPE for what cannot be read twice. */
int replay_rewind(struct replay *replay);

/* Lines that were passed over so far, and the number of the first such (from 1; 0: none). */
uint64_t replay_bad(const struct replay *replay, uint64_t *ret_first);

#endif
