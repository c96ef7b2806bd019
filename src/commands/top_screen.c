// SPDX-License-Identifier: MIT
/* tpconnect top on a terminal: of this host. */
#include <time.h>

#include "commands/ledger.h"
#include "commands/top.h"
#include "commands/top_ui.h"
#include "commands/trace.h"
#include "engine/session.h"
#include "util/clock.h"
#include "util/log.h"

/* Refreshing takes no more than one part in so many of a CPU. */
#define COST_PART 50

struct live_screen {
	struct top_ui ui;
	const struct options *options;
	bool color;
	struct live *live;
	struct session *session; /* whose callback runs */
	struct ledger ledger;
	uint64_t shown; /* events so far */
	uint64_t begin_ns, last_ns;
	uint64_t last_cpu_ns;
	uint64_t refresh_ns; /* the CPU time that the last refresh took */
};

static void fill_head(void *ctx, struct view_head *head)
{
	struct live_screen *screen = ctx;
	const struct loss *lost = &screen->ledger.books.lost;

	head->now_ns = clock_now_ns(CLOCK_BOOTTIME);
	head->boot_to_utc_ns = clock_boot_to_utc_ns();
	head->running_ns = head->now_ns - screen->begin_ns;
	head->lost = books_all_lost(&screen->ledger.books) - lost->missed;
	head->missed = lost->missed;
}

static void act(void *ctx, enum view_action action)
{
	struct live_screen *screen = ctx;

	if (action == VIEW_QUIT)
		session_stop(screen->session, STATUS_DONE);
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct live_screen *screen = ctx;
	int status;

	screen->session = session;
	screen->begin_ns = screen->last_ns = start->begin_ns;
	screen->last_cpu_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	screen->ui.head.interval_ns = top_interval_ns(screen->options);
	screen->ui.head.cost = -1;
	status = top_ui_open(&screen->ui, screen->options, screen->color, session_loop(session));
	if (status)
		session_stop(session, status);
	else
		top_ui_draw(&screen->ui);
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct live_screen *screen = ctx;

	(void)session, (void)boot_to_utc_ns;
	live_event(screen->live, event);
	books_written(&screen->ledger.books, ++screen->shown);
}

static void on_gauge(void *ctx, const struct gauge *gauge)
{
	live_gauge(ctx, gauge);
}

/* The interval grows with what a refresh takes: see COST_PART. */
static uint64_t interval_ns(const struct live_screen *screen)
{
	uint64_t least = top_interval_ns(screen->options);
	uint64_t bearable = screen->refresh_ns * COST_PART;

	return bearable > least ? bearable : least;
}

static void refresh(struct live_screen *screen, uint64_t now_ns)
{
	uint64_t begin_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID), end_ns;
	struct view_head *head = &screen->ui.head;

	if (!session_gauges(screen->session, on_gauge, screen->live))
		live_gauges_complete(screen->live);
	live_tick(screen->live, now_ns);
	head->interval_ns = now_ns - screen->last_ns;
	head->cost = (double)(begin_ns - screen->last_cpu_ns) / (double)head->interval_ns;
	top_ui_draw(&screen->ui);
	end_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	screen->refresh_ns = end_ns - begin_ns;
	screen->last_cpu_ns = begin_ns;
	screen->last_ns = now_ns;
}

/* Half a tick early is due as well: the next one would be late. */
static void on_interval(void *ctx, struct session *session)
{
	struct live_screen *screen = ctx;
	uint64_t now_ns = clock_now_ns(CLOCK_BOOTTIME);

	screen->session = session;
	if (now_ns - screen->last_ns + top_interval_ns(screen->options) / 2 >= interval_ns(screen))
		refresh(screen, now_ns);
}

static void on_idle(void *ctx, struct session *session)
{
	struct live_screen *screen = ctx;

	screen->session = session;
	top_ui_idle(&screen->ui);
}

static void on_tick(void *ctx, struct session *session, const struct counters *counters)
{
	struct live_screen *screen = ctx;

	ledger_count(&screen->ledger, session, counters);
}

/* Before the record's, whose last words are for the terminal as it was. */
static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct live_screen *screen = ctx;

	top_ui_close(&screen->ui);
	ledger_count(&screen->ledger, session, &end->counters);
	if (!screen->options->output.write_path)
		ledger_say(&screen->ledger.books,
			   screen->options->request.dns ? &end->dns_unread : NULL, false);
}

static struct consumer live_consumer(struct live_screen *screen)
{
	return (struct consumer){
		.ctx = screen,
		.interval_ns = top_interval_ns(screen->options),
		.started = on_started,
		.event = on_event,
		.idle = on_idle,
		.tick = on_tick,
		.interval = on_interval,
		.finished = on_finished,
	};
}

/* With -w, all events go to that file as well, in JSON: so that --replay shows them. */
static int run(struct live_screen *screen)
{
	struct options record = *screen->options;
	struct limits limits = record.limits;
	struct consumer consumers[2] = {live_consumer(screen)};
	struct trace *trace = NULL;
	size_t n = 1;
	int status = STATUS_DONE;

	limits.apart = true;
	if (record.output.write_path) {
		record.output.format = "json";
		record.limits.interval_ns = 0;
		status = trace_open(&record, false, &trace, &consumers[n++]);
	}
	if (!status)
		status = session_run(&screen->options->request, &limits, consumers, n);
	trace_close(trace);
	return status;
}

int top_screen(const struct options *options, bool color)
{
	struct live_screen screen = {
		.ui = {.fill_head = fill_head, .act = act},
		.options = options,
		.color = color,
	};
	int status = top_ui_check();

	if (!status && live_new(&screen.live)) {
		log_error("no memory");
		status = STATUS_FAILED;
	}
	screen.ui.ctx = &screen;
	screen.ui.live = screen.live;
	if (!status)
		status = run(&screen);
	top_ui_close(&screen.ui);
	live_free(screen.live);
	return status;
}
