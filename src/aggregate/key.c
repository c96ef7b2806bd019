// SPDX-License-Identifier: MIT
#include "aggregate/key.h"

#include <string.h>

#include "util/words.h"

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
	if (by & BY_DST) {
		memcpy(ret->addr, conn->dst.addr, sizeof(ret->addr));
		ret->scope_id = conn->dst.scope_id;
	}
	if (by & BY_PORT)
		ret->port = conn->dst.port;
	if (by & BY_USER)
		ret->uid = conn->uid;
	if (by & BY_CGROUP && conn->has & CONN_HAS_CGROUP)
		ret->cgroup_id = conn->cgroup_id;
}

/* In the order of their bits. */
const char *by_name(size_t i)
{
	static const char *const names[] = {"process", "pid", "dst", "port", "user", "cgroup"};

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

unsigned int by_find(const char *name)
{
	int i = words_find(by_name, name);

	return i < 0 ? 0 : 1u << i;
}
