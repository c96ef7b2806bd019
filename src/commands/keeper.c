// SPDX-License-Identifier: MIT
#include "commands/keeper.h"

#include <inttypes.h>
#include <string.h>

#include "format/brief.h"
#include "format/fields.h"
#include "sink/target.h"
#include "util/clock.h"
#include "util/log.h"

/* A value of brief.h or fields.h as a string. */
struct text {
	char chars[40];
};

static struct text text_of(void (*put)(struct buffer *out, uint64_t value), uint64_t value)
{
	struct text text = {{0}};
	struct buffer out = {.data = text.chars, .cap = sizeof(text.chars) - 1};

	put(&out, value);
	return text;
}

static ssize_t append(void *ctx, const char *lines, size_t size)
{
	return store_append(ctx, lines, size);
}

static int flush(void *ctx)
{
	return store_flush(ctx);
}

static uint64_t written(void *ctx)
{
	return store_counts(ctx).written;
}

static void close_store(void *ctx)
{
	store_close(ctx);
}

enum exit_status keeper_open(const struct store_options *options, const char *boot_id,
			     struct store **ret, struct sink **ret_sink)
{
	static const struct sink_target target = {append, flush, written, close_store};
	const struct store_limits limits = {.size_max = options->size};
	struct error error;

	if (!*boot_id) {
		log_error("cannot keep a record: /proc/sys/kernel/random/boot_id cannot be read, "
			  "by which the lines of a boot are told from those of another");
		return STATUS_FAILED;
	}
	if (store_open(options->dir, boot_id, &limits, ret, &error)) {
		log_error("%s", error.text);
		return STATUS_FAILED;
	}
	if (sink_open_target(&target, *ret, ret_sink)) {
		log_error("no memory");
		store_close(*ret);
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

uint64_t keeper_lost(const struct store_counts *counts)
{
	return counts->dropped + counts->removed + counts->torn;
}

static uint64_t span_ns(const struct store_counts *counts)
{
	uint64_t now_ns = clock_now_ns(CLOCK_REALTIME);

	return now_ns > counts->oldest_ns ? now_ns - counts->oldest_ns : 0;
}

void keeper_say(const struct store_options *options, struct store *store)
{
	struct store_counts counts = store_counts(store);

	if (counts.torn_bytes)
		log_warning("the last end of the store %s was torn, as by a crash: %" PRIu64
			    " bytes are cut off, and %" PRIu64 " events with them",
			    options->dir, counts.torn_bytes, counts.torn);
	if (!counts.bytes) {
		log_info("recording to %s, which is empty and may have %s", options->dir,
			 text_of(brief_size, options->size).chars);
		return;
	}
	/* What a newer version wrote is not read, and takes room. */
	if (!counts.oldest_ns) {
		log_info("recording to %s, which has %s of the %s that it may, since a time that "
			 "is not known",
			 options->dir, text_of(brief_size, counts.bytes).chars,
			 text_of(brief_size, options->size).chars);
		return;
	}
	log_info("recording to %s, which has %s of the %s that it may, since %s (%s)", options->dir,
		 text_of(brief_size, counts.bytes).chars, text_of(brief_size, options->size).chars,
		 text_of(field_time, counts.oldest_ns).chars,
		 text_of(brief_age, span_ns(&counts)).chars);
}

void keeper_say_full(const struct store_options *options, const struct store_counts *counts)
{
	log_info("the store %s is full: the oldest goes from now on, and is counted (store); it "
		 "holds %s",
		 options->dir,
		 counts->oldest_ns ? text_of(brief_age, span_ns(counts)).chars : "nothing");
}

void keeper_say_removed(const struct store_options *options, uint64_t events)
{
	log_warning("somebody has removed what was being written to the store %s: %" PRIu64
		    " events are gone, and counted (store); another segment is begun",
		    options->dir, events);
}

void keeper_say_gone(const struct store_options *options)
{
	log_warning("cannot write to %s: somebody has removed it; start record anew: what comes "
		    "until then is counted as lost (output)",
		    options->dir);
}

void keeper_say_disk(const struct store_options *options, int err)
{
	log_warning("the disk of the store %s reports: %s; what was written last may not be on it, "
		    "or what was dropped still is: see the kernel's messages",
		    options->dir, strerror(-err));
}
