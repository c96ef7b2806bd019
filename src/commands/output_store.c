// SPDX-License-Identifier: MIT
/* What a store tells of itself among its lines. */
#include "commands/keeper.h"
#include "commands/output.h"
#include "util/clock.h"

/* Lines are written then, and may be gone with the host's next crash: no loss that can be counted.
 */
static void look_at_disk(struct output *output)
{
	int err = store_sync_error(output->store);

	if (!err || err == output->sync_error)
		return;
	output->sync_error = err;
	keeper_say_disk(&output->options->store, err);
}

void output_count_store(struct output *output, struct notice *notice)
{
	struct store_counts counts = store_counts(output->store);

	books_store(&output->ledger.books, keeper_lost(&counts));
	look_at_disk(output);
	notice->store = true;
	notice->store_oldest_ns = counts.oldest_ns;
	if (counts.removed > output->store_removed)
		keeper_say_removed(&output->options->store, counts.removed - output->store_removed);
	output->store_removed = counts.removed;
	if (counts.dropped && !output->store_full) {
		output->store_full = true;
		keeper_say_full(&output->options->store, &counts);
	}
}

/* A line for each span of numbers that has left it: mostly one. */
void output_tell_store(struct output *output, struct notice *notice)
{
	struct store_dropped dropped;
	bool told = false;

	while (store_take_dropped(output->store, &dropped)) {
		notice->dropped_boot = dropped.boot;
		notice->dropped_first = dropped.first_seq;
		notice->dropped_last = dropped.last_seq;
		output_notice(output, notice);
		told = true;
	}
	if (!told)
		output_notice(output, notice);
}

/* A host that slept has missed some: one stands for them. */
void output_beat(struct output *output)
{
	uint64_t now_ns = clock_now_ns(CLOCK_BOOTTIME);
	struct notice notice = {
		.kind = NOTICE_HEARTBEAT,
		.heartbeat_ns = HEARTBEAT_NS,
		.observed.begin_ns = output->begin_ns,
	};

	if (now_ns < output->heartbeat_ns)
		return;
	output->heartbeat_ns =
		now_ns + HEARTBEAT_NS - (now_ns - output->heartbeat_ns) % HEARTBEAT_NS;
	output_count_store(output, &notice);
	notice.books = output->ledger.books;
	output_notice(output, &notice);
}
