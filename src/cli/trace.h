/* SPDX-License-Identifier: MIT */
/* tpconnect trace: a line for each event. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdbool.h>

#include "cli/options.h"

/* Returns the exit status. */
int trace_main(const struct options *options, bool color);

#endif
