/* SPDX-License-Identifier: MIT */
/* tpconnect count: attempts and results, by whom and where to. */
#ifndef CLI_COUNT_H
#define CLI_COUNT_H

#include <stdbool.h>

#include "cli/options.h"

/* Returns the exit status. */
int count_main(const struct options *options, bool color);

#endif
