/* SPDX-License-Identifier: MIT */
/*
 * Which names an address was got for, by whom and when: what names of an attempt rest on.
 *
 * A name fits an attempt if its answer came before, and its time to live, and a minute more, had
 * not run out: many programs keep what they have for somewhat longer.
 *
 * Bounded: what was answered or asked for longest ago is forgotten first, by shares: what one
 * process gets, and be it millions of answers, takes no room of most others.
 */
#ifndef DNS_KNOWN_H
#define DNS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"

struct known;

/* host: also names by the answers of other processes. The caller frees it. -ENOMEM. */
int known_new(bool host, struct known **ret);
void known_free(struct known *known);

/* Takes a record of contract/dns.h. Returns 0, -ENOMEM, or what model/decode.h says. */
int known_record(struct known *known, const void *data, size_t size);

/*
 * The names, at the attempt (event->start_ns), of the address that was asked for: it is the one
 * that an answer gave, whatever the destination then became. Of answers
 *
 * - that the image itself got; else
 * - that the image's parent got before the process was born, if it has not executed anything since
 *   (event->image says who the parent is); else
 * - that anyone got, with `host`.
 *
 * Of more than DNS_NAMES_MAX, those that were answered last are kept. If of these only one is still
 * valid, while one that was not kept may be, there is none: it would pass for the only one.
 *
 * Sets *ret, and returns whether there are any. Valid until the next call of known_record().
 */
bool known_find(struct known *known, const struct event *event, struct dns_names *ret);

/* Answers that gave names, so far, and entries forgotten for want of room that were still valid. */
struct known_counts {
	uint64_t answers, forgotten;
};

struct known_counts known_counts(const struct known *known);

#endif
