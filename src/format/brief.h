/* SPDX-License-Identifier: MIT */
/* Values short enough for a column, for people: digits beyond are cut off, never rounded up. Pure.
 */
#ifndef FORMAT_BRIEF_H
#define FORMAT_BRIEF_H

#include <stdint.h>

#include "util/buffer.h"

/* Three digits in at most 6 bytes (to 273 years): "54us", "1.55ms", "155ms", "16.6m", "4.16d". */
void brief_duration(struct buffer *out, uint64_t ns);

/* At most 5 bytes: "1023", "1.5K", "1023K", "10M". K is 1024 bytes. */
void brief_size(struct buffer *out, uint64_t bytes);

/* At most 5 bytes: "99999", "284K", "1.2M". K is 1000. */
void brief_count(struct buffer *out, uint64_t n);

/* "1,284" */
void brief_grouped(struct buffer *out, uint64_t n);

/* How long it is: at most 5 bytes (to 273 years) for the eye: "0.2s", "14s", "4m12s", "3h07m",
 * "12d". */
void brief_age(struct buffer *out, uint64_t ns);

/* TCP_* of the kernel's net/tcp_states.h in at most 7 bytes: "ESTAB", "SYN_SNT"; "-": no such. */
const char *brief_state(uint8_t state);

#endif
