/* SPDX-License-Identifier: MIT */
/* What is open now, asked of the kernel side: each socket once, with who holds it. */
#ifndef COMMANDS_SNAPSHOT_H
#define COMMANDS_SNAPSHOT_H

#include "model/request.h"
#include "util/status.h"

struct snapshot;

/*
 * request: with only_open; with config.open_all also what no process holds. The caller frees *ret
 * whatever comes back; messages have been logged.
 */
enum exit_status snapshot_take(const struct request *request, struct snapshot **ret);
void snapshot_free(struct snapshot *snapshot);

/* How many are wanted; and each of them, in the order of opens_order(). Valid until the next. */
size_t snapshot_n(const struct snapshot *snapshot);
void snapshot_get(struct snapshot *snapshot, size_t i, struct event *ret);

/* Holders that might have been wanted: what --exe, --container or --unit ask for is not known. */
uint64_t snapshot_unknown(const struct snapshot *snapshot);

#endif
