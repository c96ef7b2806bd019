/* SPDX-License-Identifier: MIT */
/* What the options ask of the kernel side, and its start. */
#ifndef ENGINE_PROBE_START_H
#define ENGINE_PROBE_START_H

#include "options/options.h"
#include "util/status.h"

struct probe;

/*
 * Loads and attaches the programs; *ret is to be closed with probe_close(). Otherwise it has said
 * why not, in one line: STATUS_UNABLE where something that this host lacks explains it, else
 * STATUS_FAILED.
 */
enum exit_status probe_start(const struct options *options, struct probe **ret);

#endif
