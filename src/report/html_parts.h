/* SPDX-License-Identifier: MIT */
/* The parts of a page that are about pairs. Pure. */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include "report/report.h"

/* Its names are those of the style. */
static inline const char *html_class(enum outcome outcome)
{
	static const char *const classes[] = {
		[OUTCOME_NOTHING] = "nothing",
		[OUTCOME_WORKED] = "worked",
		[OUTCOME_MIXED] = "mixed",
		[OUTCOME_FAILED] = "failed",
	};

	return classes[outcome];
}

void html_sketch(FILE *to, const struct report *report);
void html_table(FILE *to, const struct report *report);

#endif
