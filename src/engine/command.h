/* SPDX-License-Identifier: MIT */
/* The command after "--", as a session has it: followed from its first step, and waited for. */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H

#include <stdbool.h>

#include "model/request.h"
#include "util/status.h"

struct probe;
struct signals;

/* Before anything else: whether one could be followed from here. If not, that has been said. */
enum exit_status command_check(const struct limits *limits);

/* Starts it, held back, if there is one. What went wrong has been said. */
enum exit_status command_start(const struct limits *limits, struct signals *signals,
			       struct probe *probe);

/* Lets it go. If it cannot be run, says so; its status tells then. */
void command_go(const struct limits *limits, struct signals *signals);

/* Whether there was one, and has ended, and so has whatever of its descendants --wait asks for. */
bool command_is_over(const struct limits *limits, const struct signals *signals,
		     const struct probe *probe);

/*
 * Once nothing is traced any more: says that it still runs, or, if it has ended, how many
 * descendants do, if any.
 */
void command_say_left(const struct limits *limits, const struct signals *signals,
		      const struct probe *probe);

/* Waits for its end, unless the user asks twice not to. Its status. */
int command_status(struct signals *signals);

#endif
