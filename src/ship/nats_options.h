/* SPDX-License-Identifier: MIT */
/* How a connection to NATS is made: servers, times, TLS, and who we are. */
#ifndef SHIP_NATS_OPTIONS_H
#define SHIP_NATS_OPTIONS_H

#include <nats/nats.h>

#include "ship/output.h"

/* How long after a connection was lost, or did not come about, another is tried. */
#define NATS_RECONNECT_MS 250

/* Whether the command line is right, and all files can be read. Returns 0 or -errno. */
int nats_target_check(const struct output_target *target, struct error *error);

/* All but the callbacks. target: as long as *ret, which is the caller's. Reads the files anew. */
natsStatus nats_options_new(const struct output_target *target, natsOptions **ret);

#endif
