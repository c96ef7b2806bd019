/* SPDX-License-Identifier: MIT */
/* One line of a record -> what it says. Pure, but for its memory. */
#ifndef REPLAY_PARSE_H
#define REPLAY_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"

enum replay_kind {
	REPLAY_EVENT, /* tcp.* */
	REPLAY_START, /* tpconnect.start, and so on */
	REPLAY_LOSS,
	REPLAY_HEARTBEAT,
	REPLAY_STOP,
	REPLAY_OTHER, /* another of tpconnect.* */
};

struct replay_line {
	enum replay_kind kind;
	uint64_t utc_ns;		  /* its timestamp, since 1970-01-01 */
	uint64_t seq;			  /* 0: it has none */
	const char *host_name, *programs; /* of those keys; NULL: absent. As long as the texts */

	/*
	 * REPLAY_EVENT: as model/decode.h makes them, but for time: a record has UTC only, and so
	 * have time_ns, process_start_ns and those of ancestors. start_ns and cpu are those of the
	 * connection's id: a name, and no time. Where the line says anything of them, image,
	 * cgroup and names are set, the first two without keys of their own.
	 */
	struct event event;

	uint64_t observed_from_ns,
		observed_until_ns; /* of the program's own lines: UTC; 0: absent */
	uint64_t lost;		   /* REPLAY_LOSS, REPLAY_STOP: of all classes */
	uint64_t missed;	   /* of these, what no program saw */
	bool resumed;		   /* REPLAY_START: what the run before had pinned goes on */
	uint64_t heartbeat_ns;	   /* REPLAY_START, REPLAY_HEARTBEAT: how often the latter comes */
	uint64_t context;	   /* what events lack; not among `lost` */
	/* REPLAY_LOSS: seqs that have left a store, of one boot and all between; 0: none */
	uint64_t dropped_first, dropped_last;
	const char *dropped_boot; /* of which boot; NULL: it is not said */
};

/* What the lines point to: each until the next is parsed. */
struct replay_texts;
int replay_texts_new(struct replay_texts **ret); /* 0 or -ENOMEM */
void replay_texts_free(struct replay_texts *texts);

/*
 * line: size bytes, its newline not among them. Returns 0; -EBADMSG: it is none of ours, or lacks
 * what every such line has, or a key has a value of another type or range; -ENOMEM.
 */
int replay_parse(const char *line, size_t size, struct replay_texts *texts,
		 struct replay_line *ret);

#endif
