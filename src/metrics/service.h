/* SPDX-License-Identifier: MIT */
/* Whose connection it is, as the metrics' label `service` has it. Pure. */
#ifndef METRICS_SERVICE_H
#define METRICS_SERVICE_H

#include "model/cgroup.h"
#include "util/buffer.h"

/* Longer ones are cut, so that a name that someone else has chosen cannot fill the file. */
#define SERVICE_MAX 128

/* No name of a unit or container begins like that. */
#define SERVICE_OTHER	"~other"   /* of further services */
#define SERVICE_HOST	"~host"	   /* in no container and no service */
#define SERVICE_UNKNOWN "~unknown" /* the cgroup is not known */

/*
 * The container: NAMESPACE/POD/CONTAINER or its name, where these were looked up, else 12 digits of
 * its id; the systemd service. All units of a user's own manager are user@UID.service: their names
 * are that user's to choose, and could be those of the system's. A scope is no service: scopes are
 * made for each session and command. cgroup: NULL: not known. Appends at most SERVICE_MAX bytes:
 * UTF-8 without control characters, whatever the name has.
 */
void service_put(struct buffer *out, const struct cgroup *cgroup);

#endif
