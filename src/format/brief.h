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

#endif
