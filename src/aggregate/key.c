// SPDX-License-Identifier: MIT
#include "aggregate/key.h"

#include <string.h>

void key_of(struct key *ret, const struct conn *conn, unsigned int by)
{
	memset(ret, 0, sizeof(*ret));
	if (by & (BY_PROCESS | BY_PID | BY_USER))
		ret->has_process = !!(conn->has & CONN_HAS_PROCESS);
	/* Bytes after the NUL are the kernel's leftovers: they would tell equal names apart. */
	if (by & (BY_PROCESS | BY_PID))
		memcpy(ret->comm, conn->comm, strnlen(conn->comm, sizeof(ret->comm) - 1));
	if (by & BY_PID) {
		ret->pid = conn->pid;
		ret->process_start_ns = conn->process_start_ns;
	}
	if (by & BY_DST)
		memcpy(ret->addr, conn->dst.addr, sizeof(ret->addr));
	if (by & BY_PORT)
		ret->port = conn->dst.port;
	if (by & BY_USER)
		ret->uid = conn->uid;
	if (by & BY_CGROUP && conn->has & CONN_HAS_CGROUP)
		ret->cgroup_id = conn->cgroup_id;
}

unsigned int by_find(const char *name)
{
	static const struct {
		const char *name;
		enum by by;
	} names[] = {
		{"process", BY_PROCESS}, {"pid", BY_PID},   {"dst", BY_DST},
		{"port", BY_PORT},	 {"user", BY_USER}, {"cgroup", BY_CGROUP},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i].name))
			return names[i].by;
	return 0;
}
