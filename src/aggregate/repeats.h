/* SPDX-License-Identifier: MIT */
/*
 * Sums up what a process repeats without end: attempts that fail before anything is sent, of which
 * there can be hundreds of thousands a second. Of one image in one cgroup, destination, kind of
 * event and errno the first `limit` in a second pass as they are; of the rest, one passes now and
 * then, and says how many more there were. Pure, and bounded: what finds no place in the table
 * passes as it is.
 */
#ifndef AGGREGATE_REPEATS_H
#define AGGREGATE_REPEATS_H

#include "model/event.h"

/* Places in the table, of 300 bytes. With more processes and destinations, nothing repeats much. */
#define REPEATS_MAX 1024

/* An event is held back for so long at most, and until repeats_flush() is called next. */
#define REPEATS_HELD_NS 800000000ull

struct repeats;

/*
 * An event that passes. boot_to_utc_ns: as it was given with the event. What was held back has lost
 * its image, cgroup and names, which are not repeats' to keep.
 */
typedef void repeats_pass(void *ctx, const struct event *event, int64_t boot_to_utc_ns);

/* limit: at least 1. The caller closes it. -ENOMEM on failure. */
int repeats_open(uint32_t limit, repeats_pass *pass, void *ctx, struct repeats **ret);
void repeats_close(struct repeats *repeats);

/* Takes one more event. Events that pass because of it do so before the call returns, in order. */
void repeats_add(struct repeats *repeats, const struct event *event, int64_t boot_to_utc_ns);

/*
 * Lets events pass that were held back for long enough; costs nothing while there are none. now_ns:
 * CLOCK_BOOTTIME; UINT64_MAX: all of them.
 */
void repeats_flush(struct repeats *repeats, uint64_t now_ns);

#endif
