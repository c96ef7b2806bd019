// SPDX-License-Identifier: MIT
/* tpconnect top --replay: a record on the screen, at any of its moments. */
#include <errno.h>
#include <string.h>

#include "commands/top.h"
#include "commands/top_ui.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/status.h"

#define FAR_NS (60 * NSEC_PER_SEC)

/* Until what may be the rest of a key's sequence has had its time. */
#define WAIT_MS (2 * KEYS_ESCAPE_MS)

struct replay_screen {
	struct top_ui ui;
	struct player player;
	struct loop loop;
	bool over;
};

static void fill_head(void *ctx, struct view_head *head)
{
	const struct replay_screen *screen = ctx;
	const struct player *player = &screen->player;

	head->now_ns = player->now_ns;
	head->running_ns = player->now_ns - player->first_ns;
	head->interval_ns = player->interval_ns;
	head->lost = player->lost;
	head->missed = player->missed;
}

static void go_on(struct replay_screen *screen, uint64_t until_ns)
{
	if (player_run(&screen->player, until_ns, NULL, NULL))
		screen->over = true;
}

static void go_back(struct replay_screen *screen, uint64_t ns)
{
	struct player *player = &screen->player;
	uint64_t past_ns = player->now_ns - player->first_ns;
	uint64_t until_ns = player->now_ns - (ns < past_ns ? ns : past_ns);
	int err = player_rewind(player);

	if (err) {
		top_ui_note(&screen->ui, "cannot go back: %s",
			    err == -ESPIPE ? "the record is a pipe, read but once"
					   : strerror(-err));
		return;
	}
	screen->ui.live = player->live;
	go_on(screen, until_ns);
}

static void act(void *ctx, enum view_action action)
{
	struct replay_screen *screen = ctx;
	uint64_t interval_ns = screen->player.interval_ns;

	switch (action) {
	case VIEW_QUIT:
		screen->over = true;
		break;
	case VIEW_BACK:
		go_back(screen, interval_ns);
		break;
	case VIEW_FAR_BACK:
		go_back(screen, FAR_NS);
		break;
	case VIEW_FORTH:
		go_on(screen, screen->player.now_ns + interval_ns);
		break;
	case VIEW_FAR_FORTH:
		go_on(screen, screen->player.now_ns + FAR_NS);
		break;
	default:
		break;
	}
}

static int show(struct replay_screen *screen)
{
	top_ui_draw(&screen->ui);
	while (!screen->over) {
		int err = loop_wait(&screen->loop, WAIT_MS);

		if (err) {
			log_error("cannot wait for keys: %s", strerror(-err));
			return STATUS_FAILED;
		}
		loop_serve(&screen->loop);
		top_ui_idle(&screen->ui);
	}
	return STATUS_DONE;
}

int top_replay(const struct options *options, bool color)
{
	struct replay_screen screen = {.ui = {.fill_head = fill_head, .act = act}};
	const char *path = options->output.replay_path;
	int status = top_ui_check();

	if (status)
		return status;
	status = player_open(&screen.player, path, top_interval_ns(options));
	if (!status)
		status = player_run(&screen.player, UINT64_MAX, NULL, NULL);
	if (!status)
		status = player_check(&screen.player);
	screen.ui.ctx = &screen;
	screen.ui.live = screen.player.live;
	screen.ui.head.replay = path;
	screen.ui.head.cost = -1;
	if (!status)
		status = top_ui_open(&screen.ui, options, color, &screen.loop);
	if (!status)
		status = show(&screen);
	top_ui_close(&screen.ui);
	player_close(&screen.player);
	return status;
}
