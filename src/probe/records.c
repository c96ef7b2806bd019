// SPDX-License-Identifier: MIT
#include "probe/records.h"

#include <errno.h>
#include <string.h>

/* The size of the record that begins there; 0: not all of its head is there. */
static size_t size_at(const uint8_t *bytes, size_t n)
{
	struct record head;

	if (n < sizeof(head))
		return 0;
	memcpy(&head, bytes, sizeof(head));
	return head.size;
}

int records_take(struct records *records, size_t n, probe_record_fn *record, void *ctx)
{
	const uint8_t *at = records->bytes;
	size_t left = records->filled + n;
	int err = 0;

	for (;;) {
		size_t size = size_at(at, left);

		if (left >= sizeof(struct record) &&
		    (size < sizeof(struct record) || size > RECORD_SIZE_MAX))
			return -EBADMSG;
		if (!size || size > left)
			break;
		err = record ? record(ctx, at, size) : 0;
		if (err)
			return err;
		at += size;
		left -= size;
	}
	memmove(records->bytes, at, left);
	records->filled = left;
	return 0;
}
