/* SPDX-License-Identifier: MIT */
/* The processes of --pid: whether they are there. */
#ifndef ENGINE_PIDS_H
#define ENGINE_PIDS_H

#include "model/request.h"
#include "util/status.h"

/*
 * Says, in a line each, which of them do not run or are threads. STATUS_FAILED if processes were
 * named, and none of them runs: there would be nothing to trace.
 */
enum exit_status pids_check(const struct request *request);

#endif
