/* SPDX-License-Identifier: MIT */
/*
 * Which names an address was got for, by whom and when: what names of an attempt rest on. Bounded:
 * what was answered or asked for longest ago is forgotten first.
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
 * The names of the event's destination at the attempt (event->start_ns), with event->image, as far
 * as it is known, for the parent. Sets *ret, and returns whether there are any. Valid until the
 * next call of any of these.
 */
bool known_find(struct known *known, const struct event *event, struct dns_names *ret);

/* Answers that gave names, so far, and entries that were forgotten for want of room. */
struct known_counts {
	uint64_t answers, forgotten;
};

struct known_counts known_counts(const struct known *known);

#endif
