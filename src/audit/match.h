/* SPDX-License-Identifier: MIT */
/* Whether an attempt is one of those that the rules expect. Pure. */
#ifndef AUDIT_MATCH_H
#define AUDIT_MATCH_H

#include "audit/rules.h"
#include "model/event.h"
#include "model/wanted.h"

/*
 * FIT_YES: a rule fits; FIT_UNKNOWN: one could, but it asks for the process, which is not known, or
 * for a name, and there may be more than are known. Rules that fit are then used.
 *
 * A rule by name fits by what was answered to the process itself, or to the one that forked it
 * (docs/spec.md, T14): of several names that fit the address, each must be expected, as nobody
 * knows which was meant.
 */
enum fit rules_fit(struct rules *rules, const struct event *event);

#endif
