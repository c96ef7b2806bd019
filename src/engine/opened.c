// SPDX-License-Identifier: MIT
#include "engine/opened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/sockets.h"
#include "engine/consumer.h"
#include "engine/intake.h"
#include "engine/who.h"
#include "enrich/enrich.h"
#include "model/decode.h"
#include "model/record.h"
#include "probe/loader.h"
#include "util/log.h"

/* Who stands for those that hold it: the kernel side knows the first that it came by. */
struct shared_socket {
	uint64_t start_ns; /* with cpu, its id */
	uint64_t process_start_ns, cgroup_id, cgroup1_id;
	uint32_t has, pid, tid, ppid, uid, exec_id, holders;
	uint16_t cpu;
	char comm[COMM_LEN], thread_comm[COMM_LEN];
};

#define HAS_IDENTITY (EVENT_HAS_PROCESS | EVENT_HAS_CGROUP)

static bool wants(const struct opened *opened, enum event_kind kind)
{
	return opened->request->config.event_mask & EVENT_BIT(kind);
}

/* --- looking --- */

/* Each holder is asked for whether it fits the filters of user space: one that does is enough. */
static void take(struct opened *opened, struct event *event)
{
	enrich_again(opened->who->enrich, event);
	event->open.fit = (uint8_t)wanted_fit(&opened->request->wanted, event);
	if (opened->failed || !sockets_add(opened->sockets, event))
		return;
	opened->failed = true;
	log_warning("out of memory: not all that is open already is shown");
}

static int on_record(void *ctx, const void *record, size_t size)
{
	struct opened *opened = ctx;
	unsigned int kind = record_kind(record, size);
	struct event event;
	int err;

	if (kind == EVENT_PROCESS || kind == EVENT_CGROUP) {
		intake_context(opened->intake, (enum event_kind)kind, record, size);
		return 0;
	}
	err = event_decode(record, size, &event);
	if (!err)
		take(opened, &event);
	else if (!opened->unreadable)
		log_warning("a record from the BPF object cannot be read (%s): it is of another "
			    "version; what it tells of is not shown",
			    strerror(-err));
	opened->unreadable |= err != 0;
	return 0;
}

static struct shared_socket shared_of(const struct event *event)
{
	struct shared_socket shared = {
		.start_ns = event->start_ns,
		.process_start_ns = event->process_start_ns,
		.cgroup_id = event->cgroup_id,
		.cgroup1_id = event->cgroup1_id,
		.has = event->has & HAS_IDENTITY,
		.pid = event->pid,
		.tid = event->tid,
		.ppid = event->ppid,
		.uid = event->uid,
		.exec_id = event->exec_id,
		.holders = event->holders,
		.cpu = event->cpu,
	};

	memcpy(shared.comm, event->comm, COMM_LEN);
	memcpy(shared.thread_comm, event->thread_comm, COMM_LEN);
	return shared;
}

static int compare_ids(const void *a, const void *b)
{
	const struct shared_socket *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (int)x->cpu - (int)y->cpu;
}

static size_t count_shared(const struct sockets *sockets)
{
	size_t n = 0;

	for (size_t i = 0; i < sockets_n(sockets); i++)
		n += sockets_at(sockets, i)->holders > 1;
	return n;
}

/* For their end. */
static void remember_shared(struct opened *opened)
{
	size_t n = count_shared(opened->sockets);

	opened->shared = calloc(n + 1, sizeof(*opened->shared));
	if (!opened->shared) {
		opened->failed = true;
		return;
	}
	for (size_t i = 0; i < sockets_n(opened->sockets); i++) {
		const struct event *event = sockets_at(opened->sockets, i);

		if (event->holders > 1)
			opened->shared[opened->n_shared++] = shared_of(event);
	}
	qsort(opened->shared, n, sizeof(*opened->shared), compare_ids);
}

static void forget_sockets(struct opened *opened)
{
	sockets_free(opened->sockets);
	opened->sockets = NULL;
}

/* The end of what is not told as open is to say whose it was, too: see enrich_event(). */
static void hold(struct opened *opened)
{
	struct event event;

	while (opened_next(opened, &event))
		who_event(opened->who, &event);
	opened->told = 0;
}

void opened_look(struct opened *opened, struct probe *probe)
{
	struct error error;

	opened->begin_ns = probe_observed(probe).begin_ns;
	/* How many held each of them, who looked then has known, and nobody knows now. */
	if (probe_resumed(probe))
		opened->failed = true;
	if (probe_knows_open(probe))
		return;
	if (sockets_new(&opened->sockets)) {
		log_warning("out of memory: what is open already is not looked at");
		opened->failed = true;
	}
	if (probe_snapshot(probe, on_record, opened, &error)) {
		log_warning("%s: what was open before is shown as far as it was looked at, and "
			    "results of which nothing is known are not counted (unmatched)",
			    error.text);
		opened->failed = true;
	}
	if (!opened->sockets)
		return;
	if (wants(opened, EVENT_CLOSE))
		remember_shared(opened);
	if (wants(opened, EVENT_OPEN))
		return;
	if (wants(opened, EVENT_CLOSE))
		hold(opened);
	forget_sockets(opened);
}

void opened_close(struct opened *opened)
{
	forget_sockets(opened);
	free(opened->shared);
}

/* --- telling --- */

bool opened_is_left(const struct opened *opened)
{
	return opened->sockets;
}

bool opened_is_due(const struct opened *opened, const struct consumer *consumers, size_t n)
{
	return opened_is_left(opened) && intake_has_room(opened->intake) &&
	       consumers_have_room(consumers, n);
}

bool opened_next(struct opened *opened, struct event *ret)
{
	while (opened->sockets && opened->next < sockets_n(opened->sockets)) {
		*ret = *sockets_at(opened->sockets, opened->next++);
		if (ret->open.wanted) {
			opened->told++;
			return true;
		}
	}
	forget_sockets(opened);
	return false;
}

/* --- its end --- */

static const struct shared_socket *find_shared(const struct opened *opened,
					       const struct event *event)
{
	const struct shared_socket key = {.start_ns = event->start_ns, .cpu = event->cpu};

	return opened->n_shared
		       ? bsearch(&key, opened->shared, opened->n_shared, sizeof(key), compare_ids)
		       : NULL;
}

static void give(struct event *event, const struct shared_socket *shared)
{
	event->has = (event->has & ~HAS_IDENTITY) | shared->has;
	event->process_start_ns = shared->process_start_ns;
	event->cgroup_id = shared->cgroup_id;
	event->cgroup1_id = shared->cgroup1_id;
	event->pid = shared->pid;
	event->tid = shared->tid;
	event->ppid = shared->ppid;
	event->uid = shared->uid;
	event->exec_id = shared->exec_id;
	memcpy(event->comm, shared->comm, COMM_LEN);
	memcpy(event->thread_comm, shared->thread_comm, COMM_LEN);
}

/*
 * One that has a process was looked at, and only those that several hold are remembered. Of one
 * without, nobody knows who held it.
 */
void opened_ended(const struct opened *opened, struct event *event)
{
	const struct shared_socket *shared;

	if (event->kind != EVENT_CLOSE || !event->preexisting)
		return;
	if (event->time_ns >= opened->begin_ns) {
		event->observed_ns = event->time_ns - opened->begin_ns;
		event->has |= EVENT_HAS_OBSERVED;
	}
	if (!(event->has & EVENT_HAS_PROCESS))
		return;
	shared = find_shared(opened, event);
	if (!shared && opened->failed)
		return;
	if (shared)
		give(event, shared);
	event->holders = shared ? shared->holders : 1;
	event->has |= EVENT_HAS_HOLDERS;
}
