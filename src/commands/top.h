/* SPDX-License-Identifier: MIT */
/* The parts of `tpconnect top`: the state, where it comes from, and how it is shown. */
#ifndef COMMANDS_TOP_H
#define COMMANDS_TOP_H

#include "options/options.h"
#include "replay/replay.h"
#include "top/live.h"

/* How often it is refreshed, unless INTERVAL says otherwise. */
#define TOP_INTERVAL_NS 1000000000ull

static inline uint64_t top_interval_ns(const struct options *options)
{
	return options->limits.interval_ns ? options->limits.interval_ns : TOP_INTERVAL_NS;
}

/* A record that is shown again: its time is UTC. */
struct player {
	const char *path;
	struct replay *replay;
	struct live *live; /* the player's */
	uint64_t interval_ns;
	uint64_t first_ns, now_ns; /* of the first line, 0: none yet; and of the last tick */
	uint64_t lost, missed;	   /* as the record says; lost: but for missed */
	uint64_t lost_before, missed_before; /* those of earlier runs */
	bool has_events, has_reports;	     /* so far */
	const struct replay_line *held;	     /* read, and later than what is shown; NULL: none */
};

/* Says why it cannot. Returns an exit status; the caller closes it, opened or not. */
int player_open(struct player *player, const char *path, uint64_t interval_ns);
void player_close(struct player *player);

/*
 * Goes on to that time (UINT64_MAX: to the end), with a tick at the end of each interval, of which
 * tick() is told if it is not NULL. Says what is wrong; returns an exit status.
 */
int player_run(struct player *player, uint64_t until_ns, void (*tick)(void *ctx), void *ctx);

/* At the end of a record: whether it had anything to show. Says what it lacks; an exit status. */
int player_check(const struct player *player);

/* From the beginning again. What points into player->live is no more. Returns 0 or -errno. */
int player_rewind(struct player *player);

/* A line of JSON each interval; of a record, if the options name one. Returns the exit status. */
int top_frames(const struct options *options);

/* The screen: of this host, or of a record. */
int top_screen(const struct options *options, bool color);
int top_replay(const struct options *options, bool color);

#endif
