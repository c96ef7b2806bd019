// SPDX-License-Identifier: MIT
/* tpconnect record: a line for each event, kept in a store; and what a service manager is told. */
#include <string.h>

#include "commands/metrics_file.h"
#include "commands/run.h"
#include "commands/trace.h"
#include "engine/probe_start.h"
#include "engine/session.h"
#include "util/log.h"
#include "util/notify.h"
#include "util/status.h"

struct recording {
	struct notify notify;
	bool drained; /* all that was in the ring was handed on, since the last sign of life */
};

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	const struct recording *record = ctx;

	(void)session, (void)start;
	notify_send(&record->notify, "READY=1");
}

static void on_idle(void *ctx, struct session *session)
{
	struct recording *record = ctx;

	(void)session;
	record->drained = true;
}

/* A process whose ring is not read any more is as good as dead, and is not said to live. */
static void on_tick(void *ctx, struct session *session, const struct counters *counters)
{
	struct recording *record = ctx;

	(void)session, (void)counters;
	if (record->drained && record->notify.watchdog_ns)
		notify_send(&record->notify, "WATCHDOG=1");
	record->drained = false;
}

/* A store's files are its own: there is nothing to open anew, and nothing ends. */
static void on_reopen(void *ctx, struct session *session)
{
	(void)ctx, (void)session;
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	const struct recording *record = ctx;

	(void)session, (void)end;
	notify_send(&record->notify, "STOPPING=1");
}

static void open_notify(struct notify *notify)
{
	int err = notify_open(notify);

	if (err)
		log_warning("cannot tell the service manager anything, at the NOTIFY_SOCKET of the "
			    "environment: %s",
			    strerror(-err));
}

/* Before the lines: these may take a while to be written at the end. */
static struct consumer watcher(struct recording *record)
{
	return (struct consumer){
		.ctx = record,
		.started = on_started,
		.idle = on_idle,
		.tick = on_tick,
		.reopen = on_reopen,
		.finished = on_finished,
	};
}

/* Without --metrics-file, a consumer that wants nothing. */
static int open_metrics(const struct options *options, const struct output *output,
			struct metrics_file **ret, struct consumer *ret_consumer)
{
	const struct metrics_sources sources = {
		.books = &output->ledger.books,
		.store = output->store,
	};

	if (!options->metrics_path)
		return STATUS_DONE;
	return metrics_file_open(options, &sources, ret, ret_consumer);
}

/* Last of all, and always: what nobody takes away costs every connection. */
static void say_what_stays(const char *dir)
{
	log_error("the programs stay in the kernel, pinned in %s, and go on: the next record --pin "
		  "reads what they tell; to take them away: tpconnect detach%s%s",
		  dir, strcmp(dir, PIN_DIR) ? " --pin " : "", strcmp(dir, PIN_DIR) ? dir : "");
}

int record_main(const struct options *options, bool color)
{
	struct recording record = {0};
	struct consumer consumers[3] = {0};
	struct metrics_file *metrics = NULL;
	struct trace *trace;
	int status = probe_may_start();

	if (!status)
		status = trace_open(options, color, &trace, &consumers[1]);
	if (status)
		return status;
	status = open_metrics(options, trace_output(trace), &metrics, &consumers[2]);
	if (!status) {
		open_notify(&record.notify);
		consumers[0] = watcher(&record);
		status = session_run(&options->request, &options->limits, consumers, 3);
		notify_close(&record.notify);
	}
	metrics_file_close(metrics);
	trace_close(trace);
	if (!status && options->request.pin_path)
		say_what_stays(options->request.pin_path);
	return status;
}
