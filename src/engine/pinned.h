/* SPDX-License-Identifier: MIT */
/* What is said of a probe that outlives its process. */
#ifndef ENGINE_PINNED_H
#define ENGINE_PINNED_H

#include "model/request.h"

struct probe;

/* What was found of an earlier process, and what becomes of it. */
void pinned_say(const struct request *request, const struct probe *probe);

#endif
