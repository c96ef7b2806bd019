/* SPDX-License-Identifier: MIT */
/*
 * What bpf/filter.bpf.h decides at an attempt, for an event that was kept: whether the same filters
 * want it. Pure. What is not known of an event is not wanted by a filter that asks for it, as
 * there. --cgroup and --follow are not decided: an event does not have what they ask for.
 */
#ifndef MODEL_FILTERS_H
#define MODEL_FILTERS_H

#include <stdbool.h>

#include "model/event.h"
#include "model/request.h"

/*
 * By config's filters, events and least latency, and the lists with them; request.wanted is left to
 * wanted_fit(). The end of a connection does not tell how long its beginning took, so a least
 * latency wants none.
 */
bool filters_want(const struct request *request, const struct event *event);

/* Likewise, but for any kind of event: by the attempt alone. */
bool filters_want_attempt(const struct request *request, const struct event *event);

#endif
