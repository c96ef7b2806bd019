/* SPDX-License-Identifier: MIT */
/* The header Retry-After (RFC 9110, 10.2.3): seconds, or a date. Pure. */
#ifndef SHIP_RETRY_AFTER_H
#define SHIP_RETRY_AFTER_H

#include <stdint.h>

/* However long a server asks for, it is tried again after this: it may have meant another unit. */
#define RETRY_AFTER_MAX_NS (3600 * 1000000000ull)

/* How long to wait, in ns, at most RETRY_AFTER_MAX_NS; 0: at once, or it is neither of both. */
uint64_t retry_after_ns(const char *value, uint64_t now_utc_ns);

#endif
