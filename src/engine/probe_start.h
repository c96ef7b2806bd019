/* SPDX-License-Identifier: MIT */
/* The kernel side as it is asked for: started, or why it cannot be. */
#ifndef ENGINE_PROBE_START_H
#define ENGINE_PROBE_START_H

#include "model/request.h"
#include "util/status.h"

struct probe;

/*
 * Loads and attaches the programs; *ret is to be closed with probe_close(). Otherwise it has said
 * why not, in one line: STATUS_UNABLE where something that this host lacks explains it, else
 * STATUS_FAILED.
 */
enum exit_status probe_start(const struct request *request, struct probe **ret);

/* Whether this process lacks the privilege to: says so (STATUS_UNABLE), before anything is made. */
enum exit_status probe_may_start(void);

#endif
