/* SPDX-License-Identifier: MIT */
/* A sink whose lines go to a store, and what the store has to tell. */
#ifndef COMMANDS_KEEPER_H
#define COMMANDS_KEEPER_H

#include "options/options.h"
#include "sink/sink.h"
#include "store/store.h"
#include "util/status.h"

/*
 * Opens the store, and a sink for its lines, with which it is closed; says why not. boot_id: empty
 * if it is not known. Returns an exit status.
 */
enum exit_status keeper_open(const struct store_options *options, const char *boot_id,
			     struct store **ret, struct sink **ret_sink);

/* Says where it lies, how large it may become, and what it holds; and what a crash has torn. */
void keeper_say(const struct store_options *options, struct store *store);

/* That the oldest has to go from now on, as it is full. */
void keeper_say_full(const struct store_options *options, const struct store_counts *counts);

/* That so many events are gone with a segment that was removed as it was being written. */
void keeper_say_removed(const struct store_options *options, uint64_t events);

/* That its directory is gone, and nothing can be kept any more. */
void keeper_say_gone(const struct store_options *options);

/* That its disk has reported an error: store_sync_error(). */
void keeper_say_disk(const struct store_options *options, int err);

/* Events that it has no more, or never had. */
uint64_t keeper_lost(const struct store_counts *counts);

#endif
