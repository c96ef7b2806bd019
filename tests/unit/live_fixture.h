/* SPDX-License-Identifier: MIT */
/* For tests: a live of its own for each, and ways to ask it. After cmocka.h. */
#ifndef UNIT_LIVE_FIXTURE_H
#define UNIT_LIVE_FIXTURE_H

#include "top/live.h"
#include "unit/live_events.h"

static inline int set_up(void **state)
{
	struct live *live;

	if (live_new(&live))
		return -1;
	*state = live;
	return 0;
}

static inline int tear_down(void **state)
{
	live_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline void take(struct live *live, struct event event)
{
	live_event(live, &event);
}

static inline void measure(struct live *live, struct gauge gauge)
{
	live_gauge(live, &gauge);
}

/* The only pair that there is. */
static inline const struct live_pair *the_pair(const struct live *live)
{
	const struct live_pair *pair = live_pairs(live);

	assert_non_null(pair);
	assert_null(pair->next);
	assert_int_equal(live_sums(live)->n_pairs, 1);
	return pair;
}

static inline const struct live_connection *the_connection(const struct live *live)
{
	const struct live_connection *connection = the_pair(live)->connections;

	assert_non_null(connection);
	assert_null(connection->next);
	return connection;
}

static inline const struct live_interval *last_interval(const struct live *live)
{
	return &live_sums(live)->history[LIVE_HISTORY - 1];
}

#endif
