// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commands/top.h"
#include "util/log.h"
#include "util/status.h"

/* After so many intervals without a line, the rest of a pause is skipped: it can be of years. */
#define PAUSE_TICKS 600

static int start(struct player *player)
{
	player->first_ns = player->now_ns = 0;
	player->lost = player->missed = player->lost_before = player->missed_before = 0;
	player->held = NULL;
	live_free(player->live);
	player->live = NULL;
	return live_new(&player->live);
}

int player_open(struct player *player, const char *path, uint64_t interval_ns)
{
	int err;

	*player = (struct player){.path = path, .interval_ns = interval_ns};
	err = replay_open(path, &player->replay);
	if (err) {
		log_error("cannot open the record %s: %s", path, strerror(-err));
		return STATUS_FAILED;
	}
	if (start(player)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

static void say_bad(const struct player *player)
{
	struct replay_bad bad = replay_bad(player->replay);

	if (bad.n == 1)
		log_warning("%s: line %" PRIu64 " is none of tpconnect's, or not whole, and was "
			    "passed over",
			    player->path, bad.first);
	else if (bad.n)
		log_warning("%s: %" PRIu64 " lines are none of tpconnect's, or not whole, and were "
			    "passed over: the first is line %" PRIu64,
			    player->path, bad.n, bad.first);
}

void player_close(struct player *player)
{
	if (player->replay)
		say_bad(player);
	replay_close(player->replay);
	live_free(player->live);
}

int player_check(const struct player *player)
{
	if (!player->first_ns)
		log_error("the record %s has no line of tpconnect's: it is made with -o json",
			  player->path);
	else if (player->has_reports && !player->has_events)
		log_error("the record %s has reports, and no events: these are in what top -w and "
			  "trace -o json write",
			  player->path);
	else
		return STATUS_DONE;
	return STATUS_FAILED;
}

int player_rewind(struct player *player)
{
	int err = replay_rewind(player->replay);

	return err ? err : start(player);
}

static void tick_once(struct player *player, void (*tick)(void *ctx), void *ctx)
{
	player->now_ns += player->interval_ns;
	live_tick(player->live, player->now_ns);
	if (tick)
		tick(ctx);
}

/* Ticks up to that time, which is not before now. */
static void tick_until(struct player *player, uint64_t ns, void (*tick)(void *ctx), void *ctx)
{
	uint64_t interval = player->interval_ns;

	for (int i = 0; i < PAUSE_TICKS && ns - player->now_ns >= interval; i++)
		tick_once(player, tick, ctx);
	player->now_ns += (ns - player->now_ns) / interval * interval;
}

/* A run of the tracer begins; of what the one before had pinned, it goes on with all. */
static void begin_run(struct player *player, const struct replay_line *line)
{
	if (line->resumed)
		return;
	live_begin_anew(player->live, line->utc_ns);
	player->lost_before = player->lost;
	player->missed_before = player->missed;
}

static void take(struct player *player, const struct replay_line *line)
{
	player->has_events |= line->kind == REPLAY_EVENT;
	player->has_reports |= line->kind == REPLAY_OTHER;
	if (line->kind == REPLAY_EVENT) {
		live_event(player->live, &line->event);
	} else if (line->kind == REPLAY_START) {
		begin_run(player, line);
	} else if (line->kind == REPLAY_LOSS || line->kind == REPLAY_STOP) {
		player->lost = player->lost_before + line->lost - line->missed;
		player->missed = player->missed_before + line->missed;
	}
}

/* 1: there is a line; 0: the end; -errno. */
static int next_line(struct player *player)
{
	return player->held ? 1 : replay_next(player->replay, &player->held);
}

int player_run(struct player *player, uint64_t until_ns, void (*tick)(void *ctx), void *ctx)
{
	int more;

	while ((more = next_line(player)) > 0 && player->held->utc_ns <= until_ns) {
		const struct replay_line *line = player->held;

		if (!player->first_ns)
			player->first_ns = player->now_ns = line->utc_ns;
		if (line->utc_ns > player->now_ns)
			tick_until(player, line->utc_ns, tick, ctx);
		take(player, line);
		player->held = NULL;
	}
	if (more < 0) {
		log_error("cannot read the record %s: %s", player->path, replay_error(more));
		return STATUS_FAILED;
	}
	/* What came last is shown as well: at the end of its interval. */
	if (!more && player->first_ns)
		tick_once(player, tick, ctx);
	else if (more && until_ns > player->now_ns)
		tick_until(player, until_ns, tick, ctx);
	return STATUS_DONE;
}
