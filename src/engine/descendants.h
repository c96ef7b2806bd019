/* SPDX-License-Identifier: MIT */
/* What a command started, and leaves behind when it ends. */
#ifndef ENGINE_DESCENDANTS_H
#define ENGINE_DESCENDANTS_H

#include <stdbool.h>

#include "model/request.h"

struct probe;

/* Whether there are any that --wait asks to wait for. */
bool descendants_awaited(const struct limits *limits, const struct probe *probe);

/* Once nothing is traced any more: says how many of them still run, if any do. */
void descendants_say_left(const struct limits *limits, const struct probe *probe);

#endif
