// SPDX-License-Identifier: MIT
/* tpconnect top -o json: what the screen would show, a line each interval. */
#include <time.h>

#include "commands/output.h"
#include "commands/top.h"
#include "top/frame.h"
#include "top/rows.h"
#include "util/clock.h"
#include "util/log.h"

struct frames {
	struct output output; /* first: ctx of the callbacks is a pointer to it */
	struct live *live;
	struct rows *rows;
	uint64_t events; /* since the last frame, which will stand for them */
	uint64_t last_ns, last_cpu_ns;
	struct player player; /* of a record */
};

/* What top itself takes of a CPU since the last time. */
static double cost(struct frames *frames, uint64_t now_ns)
{
	uint64_t cpu_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t used_ns = cpu_ns - frames->last_cpu_ns;

	frames->last_cpu_ns = cpu_ns;
	return now_ns > frames->last_ns ? (double)used_ns / (double)(now_ns - frames->last_ns) : -1;
}

static bool make_rows(struct frames *frames, uint64_t now_ns)
{
	const char *filter = frames->output.options->output.filter;
	const struct rows_how how = {.filter = filter ? filter : "", .now_ns = now_ns};

	return !rows_make(frames->rows, frames->live, &how);
}

/* session: NULL once tracing is over, or where there is none. */
static void put_frame(struct frames *frames, struct session *session, const struct frame_head *head)
{
	struct output *output = &frames->output;
	uint64_t events = frames->events;
	struct buffer *line = NULL;

	frames->events = 0;
	if (make_rows(frames, head->now_ns))
		line = output_line(output, session, frame_max(frames->rows));
	if (!line) {
		books_lost(&output->ledger.books, events);
		return;
	}
	frame_json(line, frames->live, frames->rows, head, &output->context);
	output_commit(output, events);
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct frames *frames = ctx;

	frames->last_ns = start->begin_ns;
	frames->last_cpu_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID);
	output_started(ctx, session, start);
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct frames *frames = ctx;

	(void)session, (void)boot_to_utc_ns;
	live_event(frames->live, event);
	frames->events++;
}

static void on_gauge(void *ctx, const struct gauge *gauge)
{
	live_gauge(ctx, gauge);
}

static void put_live_frame(struct frames *frames, struct session *session, uint64_t now_ns)
{
	const struct loss *lost = &frames->output.ledger.books.lost;
	struct frame_head head = {
		.now_ns = now_ns,
		.interval_ns = now_ns - frames->last_ns,
		.cost = cost(frames, now_ns),
		.lost = books_all_lost(&frames->output.ledger.books) - lost->missed,
		.missed = lost->missed,
	};

	live_tick(frames->live, now_ns);
	frames->last_ns = now_ns;
	frames->output.context.boot_to_utc_ns = clock_boot_to_utc_ns();
	put_frame(frames, session, &head);
}

static void on_interval(void *ctx, struct session *session)
{
	struct frames *frames = ctx;

	if (!session_gauges(session, on_gauge, frames->live))
		live_gauges_complete(frames->live);
	put_live_frame(frames, session, clock_now_ns(CLOCK_BOOTTIME));
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct frames *frames = ctx;

	put_live_frame(frames, NULL, end->observed.end_ns);
	output_finished(ctx, session, end);
}

static int run_live(struct frames *frames)
{
	const struct options *options = frames->output.options;
	struct consumer consumer = output_consumer(&frames->output);

	consumer.interval_ns = top_interval_ns(options);
	consumer.started = on_started;
	consumer.event = on_event;
	consumer.interval = on_interval;
	consumer.finished = on_finished;
	return session_run(&options->request, &options->limits, &consumer, 1);
}

static void on_player_tick(void *ctx)
{
	struct frames *frames = ctx;
	const struct frame_head head = {
		.now_ns = frames->player.now_ns,
		.interval_ns = frames->player.interval_ns,
		.cost = -1,
		.lost = frames->player.lost,
		.missed = frames->player.missed,
	};

	put_frame(frames, NULL, &head);
}

static int run_replay(struct frames *frames)
{
	int status = output_begin(&frames->output);

	if (!status)
		status = player_run(&frames->player, UINT64_MAX, on_player_tick, frames);
	output_flush_patiently(&frames->output);
	if (!status && !frames->output.closed)
		status = player_check(&frames->player);
	return frames->output.write_error && !frames->output.closed ? STATUS_FAILED : status;
}

static int open_live(struct frames *frames)
{
	if (!live_new(&frames->live))
		return STATUS_DONE;
	log_error("no memory");
	return STATUS_FAILED;
}

static int open_replay(struct frames *frames, const struct output_options *options, uint64_t ns)
{
	int status = player_open(&frames->player, options->replay_path, ns);

	frames->live = frames->player.live;
	return status;
}

static int run(struct frames *frames, const struct options *options)
{
	bool replay = options->output.replay_path;
	int status = replay ? open_replay(frames, &options->output, top_interval_ns(options))
			    : open_live(frames);

	if (!status && rows_new(&frames->rows)) {
		log_error("no memory");
		status = STATUS_FAILED;
	}
	if (!status)
		status = replay ? run_replay(frames) : run_live(frames);
	rows_free(frames->rows);
	if (replay)
		player_close(&frames->player);
	else
		live_free(frames->live);
	return status;
}

int top_frames(const struct options *options)
{
	struct frames frames = {0};
	int status = output_open(&frames.output, options, false);

	if (status)
		return status;
	frames.output.reports = true;
	status = run(&frames, options);
	output_close(&frames.output);
	return status;
}
