// SPDX-License-Identifier: MIT
#include "engine/who.h"

#include <inttypes.h>

#include "containers/containers.h"
#include "engine/intake.h"
#include "enrich/enrich.h"
#include "probe/loader.h"
#include "util/log.h"

/*
 * The kernel side takes for known what it has told, and it may remember for longer than we do. So
 * it forgets each image and cgroup with us: it tells again before the next attempt.
 */
static void on_forgotten(void *ctx, uint32_t pid, const struct cgroup_key *cgroup)
{
	const struct who *who = ctx;

	if (who->probe)
		probe_tell_again(who->probe, pid, cgroup);
}

static void on_names(void *ctx, const struct cgroup *named)
{
	const struct who *who = ctx;

	enrich_names(who->enrich, named);
}

/* While the ring fills, nothing is waited for: later events of the cgroup have the names. */
static bool may_wait(const void *ctx)
{
	const struct who *who = ctx;

	return who->intake && intake_has_room(who->intake);
}

static void ask_names(void *ctx, const struct cgroup *cgroup)
{
	const struct who *who = ctx;

	containers_ask(who->containers, cgroup, may_wait);
}

int who_open(struct who *who, const struct request *request)
{
	int err = 0;

	who->told = request->config.context;
	if (request->container_names)
		err = containers_start("", on_names, who, &who->containers);
	if (!err)
		err = enrich_new(request->config.event_mask & EVENT_BIT(EVENT_CLOSE), on_forgotten,
				 who, &who->enrich);
	if (!err && request->dns != DNS_UNUSED)
		err = enrich_use_dns(who->enrich, request->dns == DNS_HOST);
	if (!err && who->containers)
		enrich_ask_names(who->enrich, ask_names, who);
	return err;
}

void who_close(struct who *who)
{
	containers_stop(who->containers);
	enrich_free(who->enrich);
}

int who_record(struct who *who, enum event_kind kind, const void *record, size_t size)
{
	return enrich_record(who->enrich, kind, record, size);
}

/* An attempt that was not made by the process itself is told of by none. */
static bool is_its_own(const struct event *event)
{
	return event->origin != ORIGIN_KERNEL && event->origin != ORIGIN_MPTCP;
}

static bool lacks(const struct event *event)
{
	return (event->has & EVENT_HAS_PROCESS && !event->image) ||
	       (event->has & EVENT_HAS_CGROUP && !event->cgroup);
}

bool who_event(struct who *who, struct event *event)
{
	const struct cgroup_key cgroup = {event->cgroup_id, event->cgroup1_id};
	bool unknown;

	if (who->containers)
		containers_take(who->containers);
	enrich_event(who->enrich, event);
	unknown = who->told && lacks(event) && is_its_own(event);
	if (unknown && who->probe)
		probe_tell_again(who->probe, event->pid, event->cgroup ? NULL : &cgroup);
	return unknown;
}

/* No loss by itself: only where an event has come for what was forgotten does it lack it. */
void who_say_forgotten(const struct who *who)
{
	struct enrich_forgotten n = enrich_forgotten(who->enrich);
	struct enrich_dns dns = enrich_dns(who->enrich);

	if (n.images || n.cgroups || n.connections)
		log_debug("forgotten for want of room: %" PRIu64 " images, %" PRIu64
			  " cgroups, and of %" PRIu64 " connections who made them",
			  n.images, n.cgroups, n.connections);
	if (dns.answers)
		log_debug("names by %" PRIu64
			  " answers of name servers; forgotten for want of room: "
			  "those of %" PRIu64 " addresses, and of %" PRIu64 " connections",
			  dns.answers, dns.forgotten, dns.connections);
}
