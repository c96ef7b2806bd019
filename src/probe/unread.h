/* SPDX-License-Identifier: MIT */
/* What is in a ring buffer that nobody reads any more. */
#ifndef PROBE_UNREAD_H
#define PROBE_UNREAD_H

#include <stdint.h>

/*
 * How many records of events lie in the ring and were not read, of whichever version of the program
 * they are: the head of a record is the same in all. Returns 0 or -errno.
 */
int unread_events(int ring_fd, uint64_t *ret);

#endif
