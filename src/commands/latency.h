/* SPDX-License-Identifier: MIT */
/* tpconnect latency: histograms of how long handshakes took. */
#ifndef COMMANDS_LATENCY_H
#define COMMANDS_LATENCY_H

#include <stdbool.h>

#include "options/options.h"

/* Returns the exit status. */
int latency_main(const struct options *options, bool color);

#endif
