// SPDX-License-Identifier: MIT
#include "format/who_memo.h"

#include <string.h>

/* False: an image or cgroup has no serial, so that nothing says when its contents are others. */
static bool get_key(const struct event *event, const struct format_context *ctx, who_put_fn *put,
		    struct who_memo_key *ret)
{
	const struct image *image = event->image;
	const struct cgroup *cgroup = event->cgroup;

	*ret = (struct who_memo_key){
		.image = image ? image->serial : 0,
		.cgroup = cgroup ? cgroup->serial : 0,
		.process_epoch_ns = ctx->process_epoch_ns,
		.verbose = ctx->verbose,
		.put = put,
	};
	return !image == !ret->image && !cgroup == !ret->cgroup;
}

/* Serials are given one after the other: images that were told together have entries apart. */
static struct who_memo_entry *entry_of(struct who_memo *memo, const struct who_memo_key *key)
{
	return &memo->entries[(key->image ? key->image : key->cgroup) % WHO_MEMO_ENTRIES];
}

/* In the place of what the entry had. */
static void keep(struct who_memo_entry *entry, const struct who_memo_key *key, const char *bytes,
		 size_t n)
{
	if (n > sizeof(entry->bytes))
		return;
	entry->key = *key;
	entry->len = n;
	memcpy(entry->bytes, bytes, n);
}

void who_memo_put(struct buffer *out, const struct event *event, const struct format_context *ctx,
		  who_put_fn *put)
{
	struct who_memo_entry *entry;
	struct who_memo_key key;
	size_t begin = out->len;

	if (!ctx->who_memo || !get_key(event, ctx, put, &key)) {
		put(out, event, ctx);
		return;
	}
	entry = entry_of(ctx->who_memo, &key);
	if (!memcmp(&entry->key, &key, sizeof(key))) {
		buffer_put(out, entry->bytes, entry->len);
		return;
	}
	put(out, event, ctx);
	if (!out->overflow)
		keep(entry, &key, out->data + begin, out->len - begin);
}
