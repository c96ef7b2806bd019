/* SPDX-License-Identifier: MIT */
/* tpconnect trace: a line for each event. */
#ifndef COMMANDS_TRACE_H
#define COMMANDS_TRACE_H

#include <stdbool.h>

#include "options/options.h"

/* Returns the exit status. */
int trace_main(const struct options *options, bool color);

#endif
