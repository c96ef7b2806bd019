/* SPDX-License-Identifier: MIT */
/* Values as every format writes them. Pure; the buffer refuses what does not fit. */
#ifndef FORMAT_FIELDS_H
#define FORMAT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"
#include "util/utf8.h"

/* RFC 3339 in UTC with nanoseconds, always 30 bytes. utc_ns: since 1970-01-01, to the year 2554. */
void field_time(struct buffer *out, uint64_t utc_ns);

/* "0.412ms"; from one second on "3.046s". Digits beyond are cut off, never rounded up. */
void field_duration(struct buffer *out, uint64_t ns);

/* The same in at most 7 bytes, with four digits: "0.412ms", "11.28ms", "127.1s", "86400s". */
void field_duration_short(struct buffer *out, uint64_t ns);

/* "12:34:56.123", in UTC: the time of day, cut off to milliseconds. */
void field_time_of_day(struct buffer *out, uint64_t utc_ns);

/* The errno's symbol ("ECONNREFUSED"); its number if it has none. */
void field_errno(struct buffer *out, uint16_t error);

/* The same, and "other" for the 0 of struct error_count. */
void field_error_or_other(struct buffer *out, uint16_t error);

#endif
