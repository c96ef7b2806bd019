/* SPDX-License-Identifier: MIT */
/* The words of a filter, understood once for all pairs: rows_fit(). Pure; for rows.c. */
#ifndef TOP_ROWS_FILTER_H
#define TOP_ROWS_FILTER_H

#include "top/live.h"
#include "util/names.h"

struct filter;

/* names: as long as the other. The caller frees it. -ENOMEM. */
int filter_new(const char *words, const struct names *names, struct filter **ret);
void filter_free(struct filter *filter);

/* Whether there is a word without `!`. */
bool filter_asks(const struct filter *filter);

bool filter_fits(const struct filter *filter, const struct live_pair *pair);

#endif
