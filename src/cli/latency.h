/* SPDX-License-Identifier: MIT */
/* tpconnect latency: histograms of how long handshakes took. */
#ifndef CLI_LATENCY_H
#define CLI_LATENCY_H

#include <stdbool.h>

#include "cli/options.h"

/* Returns the exit status. */
int latency_main(const struct options *options, bool color);

#endif
