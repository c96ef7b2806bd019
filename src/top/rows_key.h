/* SPDX-License-Identifier: MIT */
/* What makes pairs one row. Pure; for rows.c. */
#ifndef TOP_ROWS_KEY_H
#define TOP_ROWS_KEY_H

#include "top/rows.h"

/* No padding: compared and hashed as bytes. What a grouping does not look at is 0. */
struct row_key {
	uint64_t process_start_ns;
	uint32_t by, text_kind, has_process, pid, uid, scope_id, port, reserved;
	uint8_t addr[16];
};

/* Returns the text that belongs to the key; "" where there is none. */
const char *row_key_of(struct row_key *ret, enum rows_by by, const struct live_pair *pair);

/* By the name that the grouping has: negative, 0 or positive. */
int row_compare_names(enum rows_by by, const struct live_pair *a, const struct live_pair *b,
		      const struct names *names);

#endif
