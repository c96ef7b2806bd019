/* SPDX-License-Identifier: MIT */
/* What became of a command's connections, for people, in one line. Pure. */
#ifndef FORMAT_SUMMARY_H
#define FORMAT_SUMMARY_H

#include <stdbool.h>

#include "aggregate/counts.h"
#include "util/buffer.h"

/* So many names are told apart that say nothing of the executable behind them. */
#define SUMMARY_NAMES 4

/* Bytes of a path that are shown: of a longer one, those at its end. */
#define SUMMARY_EXE_MAX 160

struct summary_name {
	char comm[COMM_LEN];
	char exe[SUMMARY_EXE_MAX + sizeof("...")]; /* its path, or memfd:NAME */
};

struct summary {
	struct counts counts;
	struct event slowest; /* its latency_ns is 0 if there is none */
	char server[256];     /* its destination's name, if that is certain; else "" */

	/* Processes whose executable's name is not theirs. */
	struct summary_name names[SUMMARY_NAMES];
	size_t n_names;
	bool more_names;
};

void summary_add(struct summary *summary, const struct event *event);

/*
 * Appends "3 attempts: 1 established, 2 failed (ECONNREFUSED 2); the slowest took 0.412ms, to
 * 192.0.2.1:80" ("to db.example.com at 192.0.2.1:80"), without a newline. What is not called as its
 * executable is comes before the slowest:
 * "; \"npm view left-p\" is /usr/bin/node". events: the EVENT_BIT()s that were asked for; other
 * results are left out, and nothing is appended if no result is among them. narrowed: filters leave
 * attempts out.
 */
void summary_put(struct buffer *out, const struct summary *summary, uint32_t events, bool narrowed);

/* Appends "1 established, 2 failed (ECONNREFUSED 2)": those results of which there are any. */
void results_put(struct buffer *out, const struct counts *counts);

/* Whether it is known that no connection was attempted. */
bool summary_is_empty(const struct summary *summary, uint32_t events);

#endif
