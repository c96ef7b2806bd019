/* SPDX-License-Identifier: MIT */
/* Lines of Prometheus' text format, version 0.0.4: one metric family after the other. Pure. */
#ifndef METRICS_EXPOSITION_H
#define METRICS_EXPOSITION_H

#include "util/buffer.h"

struct exposition {
	struct buffer *out;
	const char *family; /* its name; of a histogram without _bucket and the like */
	bool labels;	    /* this line has a label already */
};

/* type: "counter", "gauge", "histogram". help: one line, without \ and ". */
void family_begin(struct exposition *e, const char *name, const char *type, const char *help);

/* A line: its name with this suffix ("" but in a histogram), then labels, then one value. */
void sample_begin(struct exposition *e, const char *suffix);

/* value: UTF-8 of n bytes. */
void label_put(struct exposition *e, const char *name, const char *value, size_t n);
void label_word(struct exposition *e, const char *name, const char *word);

/* What a label's value is put together of stands between these, and needs no escape. */
void label_begin(struct exposition *e, const char *name);
void label_end(struct exposition *e);

void sample_u64(struct exposition *e, uint64_t value);

/* ns as seconds, and bare ones too: exact. */
void sample_seconds(struct exposition *e, uint64_t ns);
void seconds_put(struct buffer *out, uint64_t ns);

/* part / whole, to six digits; whole: not 0. */
void sample_ratio(struct exposition *e, uint64_t part, uint64_t whole);

#endif
