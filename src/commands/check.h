/* SPDX-License-Identifier: MIT */
/* tpconnect history --check: whether all of a store is there. */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

#include "options/options.h"

/*
 * Writes what is missing to stdout, a line each, and a verdict in the last; what could not be read
 * is said on stderr. Returns STATUS_DONE: it is whole; STATUS_FAILED: it is not, or cannot be read.
 */
int check_store(const struct options *options);

#endif
