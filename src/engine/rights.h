/* SPDX-License-Identifier: MIT */
/* What the process may still do once all is attached. */
#ifndef ENGINE_RIGHTS_H
#define ENGINE_RIGHTS_H

#include <stdbool.h>

#include "model/request.h"
#include "util/status.h"

struct probe;

/*
 * Whether it becomes another user: who is root, and may; or whoever is asked to. Who then lacks the
 * right to is told by rights_drop().
 */
bool rights_change_user(const struct rights *rights);

/*
 * Gives up what request->rights says, and tells what of that this host does not let it. To be
 * called while there is one thread. Otherwise than with STATUS_DONE, it has said why.
 */
enum exit_status rights_drop(const struct request *request, struct probe *probe);

#endif
