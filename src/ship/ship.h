/* SPDX-License-Identifier: MIT */
/* Sends a store to an output until it is told to end: what ties all of src/ship together. */
#ifndef SHIP_SHIP_H
#define SHIP_SHIP_H

#include "ship/offset.h"
#include "ship/options.h"
#include "util/status.h"

/*
 * Until SIGINT or SIGTERM, which the caller has blocked; with --once, until the store's end is
 * acknowledged. The offset is saved as it goes on. Says what has failed.
 */
enum exit_status ship_run(const struct ship_options *options, struct offset *offset);

#endif
