/* SPDX-License-Identifier: MIT */
/* A line for each event, wherever the output leads: what `trace` and `record` do, and `top -w`
 * besides. */
#ifndef COMMANDS_TRACE_H
#define COMMANDS_TRACE_H

#include "commands/output.h"
#include "engine/consumer.h"
#include "options/options.h"

struct trace;

/*
 * Opens what the options name. *ret is the caller's to close, *ret_consumer belongs to it. Returns
 * an exit status; why not has been said.
 */
int trace_open(const struct options *options, bool color, struct trace **ret,
	       struct consumer *ret_consumer);
void trace_close(struct trace *trace);

/* Where its lines go, and the books of it. */
struct output *trace_output(struct trace *trace);

#endif
