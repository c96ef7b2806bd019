/* SPDX-License-Identifier: MIT */
/*
 * What count and latency do in the same way: put events together, report what came of it each
 * interval or at the end, and keep the books of it. On a terminal, a report fits the screen.
 */
#ifndef COMMANDS_REPORTER_H
#define COMMANDS_REPORTER_H

#include "commands/output.h"
#include "format/report.h"

struct reporter {
	struct output output; /* first: ctx of the callbacks is a pointer to it */
	const struct reporter_ops *ops;
	struct groups *groups;
	struct span span;
	unsigned int reports;
	bool folded; /* a report did not show every group by itself */
};

/* Values are of the groups; all 0 they are empty. */
struct reporter_ops {
	size_t value_size;
	size_t keys_max; /* further ones come together, as `other` */
	size_t text_max; /* bytes that title, header or a group take at most, besides its texts */

	/* Takes the event into the value; returns false for one that does not belong there. */
	bool (*wants)(const struct event *event);
	void (*add)(void *value, const struct event *event);
	void (*merge)(void *to, const void *from);
	int (*compare)(const void *a, const void *b);
	uint64_t (*n_events)(const void *value);

	/* Whether the options want a group to be shown. NULL: all are. */
	bool (*shown)(const struct options *options, const void *value);

	/* How many lines a group takes as text, and the header. */
	unsigned int (*lines)(const void *value, unsigned int by);
	unsigned int header_lines;

	/* As text: what comes after the title, with all groups that follow; and each group. */
	void (*begin)(struct reporter *reporter, struct buffer *out,
		      const struct group *const *groups, size_t n);
	void (*text)(struct reporter *reporter, struct buffer *out, const struct group *group);
	void (*json)(struct buffer *out, const struct group *group, unsigned int by,
		     const struct span *span, const struct format_context *ctx);
};

/* Runs the command; *reporter is a larger structure's first member. Returns the exit status. */
int reporter_run(struct reporter *reporter, const struct reporter_ops *ops,
		 const struct options *options, bool color);

#endif
