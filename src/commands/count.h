/* SPDX-License-Identifier: MIT */
/* tpconnect count: attempts and results, by whom and where to. */
#ifndef COMMANDS_COUNT_H
#define COMMANDS_COUNT_H

#include <stdbool.h>

#include "options/options.h"

/* Returns the exit status. */
int count_main(const struct options *options, bool color);

#endif
