// SPDX-License-Identifier: MIT
#include "aggregate/key.h"

#include <string.h>

void key_of(struct key *ret, const struct event *event, unsigned int by)
{
	memset(ret, 0, sizeof(*ret));
	if (by & (BY_PROCESS | BY_PID | BY_USER))
		ret->has_process = !!(event->has & EVENT_HAS_PROCESS);
	/* Bytes after the NUL are the kernel's leftovers: they would tell equal names apart. */
	if (by & (BY_PROCESS | BY_PID))
		memcpy(ret->comm, event->comm, strnlen(event->comm, sizeof(ret->comm) - 1));
	if (by & BY_PID) {
		ret->pid = event->pid;
		ret->process_start_ns = event->process_start_ns;
	}
	if (by & BY_DST) {
		memcpy(ret->addr, event->dst.addr, sizeof(ret->addr));
		ret->scope_id = event->dst.scope_id;
	}
	if (by & BY_PORT)
		ret->port = event->dst.port;
	if (by & BY_USER)
		ret->uid = event->uid;
	if (by & BY_CGROUP && event->has & EVENT_HAS_CGROUP)
		ret->cgroup_id = event->cgroup_id;
}
