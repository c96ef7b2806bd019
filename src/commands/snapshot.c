// SPDX-License-Identifier: MIT
#include "commands/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/opens.h"
#include "aggregate/sockets.h"
#include "commands/unheld.h"
#include "containers/containers.h"
#include "engine/pids.h"
#include "engine/probe_start.h"
#include "enrich/enrich.h"
#include "model/decode.h"
#include "model/record.h"
#include "probe/loader.h"
#include "util/log.h"

/* Names of containers are files: what takes longer hangs. */
#define NAMES_MS 1000

struct snapshot {
	const struct request *request;
	struct probe *probe;
	struct enrich *enrich;
	struct containers *containers; /* NULL: names are not looked up */
	struct sockets *sockets;
	struct unheld unheld;
	struct vector networks; /* numbers of namespaces that processes have sockets in, uint32_t */
	uint32_t network;	/* the last of them */
	bool unreadable;	/* a record was, which is said */
	uint64_t unknown;
	const struct event **shown;
	size_t n;
};

/* Records */

static void say_unreadable(struct snapshot *snapshot, int err)
{
	if (!snapshot->unreadable)
		log_warning("a record from the BPF object cannot be read (%s): it is of another "
			    "version; what it tells of is not shown",
			    strerror(-err));
	snapshot->unreadable = true;
}

/* Of a socket that a process has, in which namespace it is. */
static int note_network(struct snapshot *snapshot, const struct event *event)
{
	const uint32_t *items = snapshot->networks.items;

	if (!event->netns || event->netns == snapshot->network)
		return 0;
	snapshot->network = event->netns;
	for (size_t i = 0; i < snapshot->networks.n; i++)
		if (items[i] == event->netns)
			return 0;
	return vector_push(&snapshot->networks, &event->netns, sizeof(event->netns));
}

static int take_open(struct snapshot *snapshot, struct event *event)
{
	enum fit fit;

	enrich_event(snapshot->enrich, event);
	fit = wanted_fit(&snapshot->request->wanted, event);
	snapshot->unknown += event->open.wanted && fit == FIT_UNKNOWN;
	event->open.wanted = event->open.wanted && fit == FIT_YES;
	return sockets_add(snapshot->sockets, event);
}

/* Whether the record is of an EVENT_OPEN, which *ret is then; what else it says is taken. */
static bool read_open(struct snapshot *snapshot, const void *record, size_t size, struct event *ret)
{
	unsigned int kind = record_kind(record, size);
	bool is_context = kind == EVENT_PROCESS || kind == EVENT_CGROUP;
	int err = is_context ? enrich_record(snapshot->enrich, (enum event_kind)kind, record, size)
			     : event_decode(record, size, ret);

	if (err)
		say_unreadable(snapshot, err);
	return !err && !is_context && ret->kind == EVENT_OPEN;
}

static int on_held(void *ctx, const void *record, size_t size)
{
	struct snapshot *snapshot = ctx;
	struct event event;
	int err;

	if (!read_open(snapshot, record, size, &event))
		return 0;
	err = note_network(snapshot, &event);
	return err ? err : take_open(snapshot, &event);
}

static int on_before(void *ctx, const void *record, size_t size)
{
	struct snapshot *snapshot = ctx;
	struct event event;

	if (!read_open(snapshot, record, size, &event))
		return 0;
	return unheld_note(&snapshot->unheld, event.open.socket);
}

static int on_after(void *ctx, const void *record, size_t size)
{
	struct snapshot *snapshot = ctx;
	struct event event;

	if (!read_open(snapshot, record, size, &event) ||
	    !unheld_was_there(&snapshot->unheld, event.open.socket))
		return 0;
	return take_open(snapshot, &event);
}

/* Names of containers */

static void on_names(void *ctx, const struct cgroup *named)
{
	const struct snapshot *snapshot = ctx;

	enrich_names(snapshot->enrich, named);
}

static bool always(const void *ctx)
{
	(void)ctx;
	return true;
}

static void ask_names(void *ctx, const struct cgroup *cgroup)
{
	const struct snapshot *snapshot = ctx;

	containers_ask(snapshot->containers, cgroup, always);
}

/* The whole */

static enum exit_status prepare(struct snapshot *snapshot)
{
	const struct request *request = snapshot->request;
	enum exit_status status;
	int err = 0;

	if (request->container_names)
		err = containers_start("", on_names, snapshot, &snapshot->containers);
	if (!err)
		err = enrich_new(false, NULL, NULL, &snapshot->enrich);
	if (!err)
		err = sockets_new(&snapshot->sockets);
	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return STATUS_FAILED;
	}
	enrich_keep_all(snapshot->enrich);
	if (snapshot->containers)
		enrich_ask_names(snapshot->enrich, ask_names, snapshot);
	status = pids_check(request);
	return status ? status : probe_start(request, &snapshot->probe);
}

/* Returns false, and has said why, where it cannot be told what no process holds. */
static bool ask_unheld(struct snapshot *snapshot, probe_record_fn *record)
{
	struct error error;
	int err = unheld_ask(&snapshot->unheld, snapshot->probe, record, snapshot, &error);

	if (err)
		log_warning("%s; what no process holds is not shown", error.text);
	return !err;
}

static enum exit_status ask(struct snapshot *snapshot)
{
	bool all = snapshot->request->config.open_all && ask_unheld(snapshot, on_before);
	struct error error;

	unheld_sort(&snapshot->unheld);
	if (probe_snapshot(snapshot->probe, on_held, snapshot, &error)) {
		log_error("cannot list what is open: %s", error.text);
		return STATUS_FAILED;
	}
	if (all && ask_unheld(snapshot, on_after))
		unheld_say(&snapshot->unheld, &snapshot->networks);
	if (snapshot->containers)
		containers_finish(snapshot->containers, NAMES_MS);
	return STATUS_DONE;
}

static int compare_shown(const void *a, const void *b)
{
	return opens_order(*(const struct event *const *)a, *(const struct event *const *)b);
}

/* What no process that is wanted holds is not held by none. */
static bool is_shown(const struct event *event)
{
	return event->open.wanted && (event->open.held || !event->holders);
}

static enum exit_status sort(struct snapshot *snapshot)
{
	size_t n = sockets_n(snapshot->sockets);

	snapshot->shown = calloc(n + 1, sizeof(const void *));
	if (!snapshot->shown) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < n; i++) {
		const struct event *event = sockets_at(snapshot->sockets, i);

		if (is_shown(event))
			snapshot->shown[snapshot->n++] = event;
	}
	qsort(snapshot->shown, snapshot->n, sizeof(const void *), compare_shown);
	return STATUS_DONE;
}

enum exit_status snapshot_take(const struct request *request, struct snapshot **ret)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	enum exit_status status;

	*ret = snapshot;
	if (!snapshot) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	snapshot->request = request;
	snapshot->unheld.config = &request->config;
	status = prepare(snapshot);
	if (!status)
		status = ask(snapshot);
	/* What was found takes memory of its own. */
	probe_close(snapshot->probe);
	snapshot->probe = NULL;
	return status ? status : sort(snapshot);
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->shown);
	vector_free(&snapshot->networks);
	unheld_free(&snapshot->unheld);
	sockets_free(snapshot->sockets);
	enrich_free(snapshot->enrich);
	containers_stop(snapshot->containers);
	free(snapshot);
}

size_t snapshot_n(const struct snapshot *snapshot)
{
	return snapshot->n;
}

void snapshot_get(struct snapshot *snapshot, size_t i, struct event *ret)
{
	*ret = *snapshot->shown[i];
	enrich_again(snapshot->enrich, ret);
}

uint64_t snapshot_unknown(const struct snapshot *snapshot)
{
	return snapshot->unknown;
}
