/* SPDX-License-Identifier: MIT */
/*
 * What a line says of image and cgroup is the same for all events of both: it is kept, and copied
 * from then on. Bounded, in memory of the caller's. Pure.
 */
#ifndef FORMAT_WHO_MEMO_H
#define FORMAT_WHO_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "format/format.h"

/* In JSON, six ancestors and a container of Kubernetes take 1,300 bytes. What is longer is not
 * kept. */
#define WHO_MEMO_BYTES 2000

/* Images that make connections at the same time. They take half a megabyte, once all are in use. */
#define WHO_MEMO_ENTRIES 256

/* Appends what a line says of the event's image and cgroup, and of nothing else of the event. */
typedef void who_put_fn(struct buffer *out, const struct event *event,
			const struct format_context *ctx);

/* All that the bytes depend on. Without padding: compared as bytes. */
struct who_memo_key {
	uint64_t image, cgroup; /* their serial; 0: there is none */
	int64_t process_epoch_ns;
	uint64_t verbose;
	who_put_fn *put;
};

struct who_memo_entry {
	struct who_memo_key key; /* all 0: the entry is free */
	size_t len;
	char bytes[WHO_MEMO_BYTES];
};

/* All 0: nothing is kept. */
struct who_memo {
	struct who_memo_entry entries[WHO_MEMO_ENTRIES];
};

/* Appends what put() would, from ctx->who_memo if that has it. */
void who_memo_put(struct buffer *out, const struct event *event, const struct format_context *ctx,
		  who_put_fn *put);

#endif
