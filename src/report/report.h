/* SPDX-License-Identifier: MIT */
/* A record -> a page, a table in Markdown, or a graph. The same record gives the same bytes. Pure.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "report/facts.h"
#include "report/sketch.h"

struct report {
	struct facts facts;
	const struct pair *const *pairs; /* as pairings_sorted() has them */
	size_t n_pairs;
	struct tally others; /* events of further pairs; n_others: 0: there are none */
	uint64_t n_others;
	struct tally all;
	const struct sketch *sketch;
};

/*
 * Rows of the page's table, and of that in Markdown. A summary of CI takes 1 MiB: so many bytes of
 * rows, and what stands around them.
 */
#define REPORT_HTML_ROWS 2000
#define REPORT_MD_ROWS	 300
#define REPORT_MD_SIZE	 ((size_t)960 << 10)

typedef void report_put(FILE *to, const struct report *report);

report_put report_html, report_md, report_dot;

/* The names of the formats, by index; NULL behind the last. And the format of that name. */
report_put *report_find(const char *name);

/* What the record says of itself, or lacks. */
enum note { NOTE_GOOD, NOTE_PLAIN, NOTE_WARNING };

/* title, and then text that `say` writes of the facts: plain ASCII, no name is in it. */
typedef void put_note(FILE *to, enum note note, const char *title,
		      void (*say)(FILE *to, const struct facts *facts), const struct facts *facts);

void report_notes(FILE *to, const struct facts *facts, put_note *put);

#endif
