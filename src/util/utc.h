/* SPDX-License-Identifier: MIT */
/* Times of the wall clock, as all output has them (RFC 3339, UTC) -> numbers. Pure. */
#ifndef UTIL_UTC_H
#define UTIL_UTC_H

#include <stdint.h>

/*
 * "2026-02-16T12:34:56.123456789Z", with nine digits or fewer behind the point, or none: ns since
 * 1970-01-01. Returns 0, or -EINVAL, also for a day that there is not.
 */
int utc_parse(const char *text, uint64_t *ret_ns);

/*
 * Such a time, or what people write instead: a day ("2026-02-16", "today", "yesterday": its
 * beginning), or how long ago ("90s", "2h", "7d"). now_ns: likewise UTC. Returns 0 or -EINVAL.
 */
int utc_parse_words(const char *text, uint64_t now_ns, uint64_t *ret_ns);

#endif
