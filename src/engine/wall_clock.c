// SPDX-License-Identifier: MIT
#include "engine/wall_clock.h"

#include <stdlib.h>
#include <unistd.h>

#include "util/clock.h"

/* A smaller change of the clocks' distance is the noise of reading them. */
#define NOISE_NS 1000

struct wall_clock wall_clock_now(void)
{
	return (struct wall_clock){.fd = -1, .boot_to_utc_ns = clock_boot_to_utc_ns()};
}

static void on_set(void *ctx, short revents)
{
	struct wall_clock *clock = ctx;

	(void)revents;
	clock_step_rearm(clock->fd);
	wall_clock_refresh(clock);
}

/* Without a descriptor, that it was set is noticed a little later: no reason to give up. */
void wall_clock_watch(struct wall_clock *clock, struct loop *loop)
{
	clock->fd = clock_step_open();
	clock->source = loop_add(loop, clock->fd, POLLIN, on_set, clock);
}

void wall_clock_close(struct wall_clock *clock)
{
	if (clock->fd >= 0)
		close(clock->fd);
}

void wall_clock_refresh(struct wall_clock *clock)
{
	int64_t now = clock_boot_to_utc_ns();

	if (llabs(now - clock->boot_to_utc_ns) > NOISE_NS)
		clock->boot_to_utc_ns = now;
}

void wall_clock_turn(struct wall_clock *clock, const struct loop *loop)
{
	if (!loop_is_ready(loop, clock->source))
		wall_clock_refresh(clock);
}
