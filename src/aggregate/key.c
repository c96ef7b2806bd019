// SPDX-License-Identifier: MIT
#include "aggregate/key.h"

#include <string.h>

/* A name that is certain is the same, whoever of the two was answered. */
static uint32_t names_bit(const struct dns_names *names)
{
	if (!names || dns_names_sure(names))
		return 0;
	switch (names->source) {
	case DNS_FROM_PROCESS:
		return KEY_NAMES_OF_PROCESS;
	case DNS_FROM_PARENT:
		return KEY_NAMES_OF_PARENT;
	default:
		return KEY_NAMES_OF_HOST;
	}
}

void key_of(struct key *ret, const struct event *event, unsigned int by)
{
	memset(ret, 0, sizeof(*ret));
	if (by & (BY_PROCESS | BY_PID | BY_USER) && event->has & EVENT_HAS_PROCESS)
		ret->has |= KEY_HAS_PROCESS;
	if (by & (BY_DST | BY_PORT) && !event_listens(event))
		ret->has |= KEY_HAS_PEER;
	if (by & BY_NAME)
		ret->has |= names_bit(event->names);
	/* Bytes after the NUL are the kernel's leftovers: they would tell equal names apart. */
	if (by & (BY_PROCESS | BY_PID))
		memcpy(ret->comm, event->comm, strnlen(event->comm, sizeof(ret->comm) - 1));
	if (by & BY_PID) {
		ret->pid = event->pid;
		ret->process_start_ns = event->process_start_ns;
	}
	if (by & BY_DST && ret->has & KEY_HAS_PEER) {
		memcpy(ret->addr, event->dst.addr, sizeof(ret->addr));
		ret->scope_id = event->dst.scope_id;
	}
	if (by & BY_PORT && ret->has & KEY_HAS_PEER)
		ret->port = event->dst.port;
	if (by & BY_USER)
		ret->uid = event->uid;
	/* A unit that is started again has another cgroup, of the same path. */
	if (by & BY_CGROUP && event->has & EVENT_HAS_CGROUP && !key_text(event, by, TEXT_OF_CGROUP))
		ret->cgroup_id = event->cgroup_id;
}

static const char *exe_text(const struct image *image, enum key_text which)
{
	switch (which) {
	case TEXT_OF_EXE:
		return image->exe;
	case TEXT_OF_EXE_TAIL:
		return image->exe_tail;
	default:
		return image->memfd;
	}
}

static const char *container_text(const struct cgroup *cgroup, enum key_text which)
{
	if (which == TEXT_OF_CONTAINER_ID)
		return cgroup->container_id;
	return cgroup->container_id ? NULL : cgroup->container_name;
}

/* Each name has as many before it as are less. */
static const char *name_text(const struct dns_names *names, size_t place)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t before = 0;

		for (size_t j = 0; j < names->n; j++)
			before += strcmp(names->names[j], names->names[i]) < 0;
		if (before == place)
			return names->names[i];
	}
	return NULL;
}

const char *key_text(const struct event *event, unsigned int by, enum key_text which)
{
	const struct cgroup *cgroup = event->cgroup;

	switch (which) {
	case TEXT_OF_EXE:
	case TEXT_OF_EXE_TAIL:
	case TEXT_OF_MEMFD:
		return by & BY_EXE && event->image ? exe_text(event->image, which) : NULL;
	case TEXT_OF_CONTAINER_ID:
	case TEXT_OF_CONTAINER_NAME:
		return by & BY_CONTAINER && cgroup ? container_text(cgroup, which) : NULL;
	case TEXT_OF_UNIT:
		return by & BY_UNIT && cgroup ? cgroup->unit : NULL;
	case TEXT_OF_CGROUP:
		return by & BY_CGROUP && cgroup ? cgroup->path : NULL;
	default:
		return by & BY_NAME && event->names ? name_text(event->names, which - TEXT_OF_NAME)
						    : NULL;
	}
}
