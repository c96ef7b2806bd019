// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, a connection finds no room; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "top/live_parts.h"

#include <netinet/tcp.h>
#include <stdlib.h>

#include <utlist.h>

struct connection *live_find(const struct live *live, struct connection_id id)
{
	struct connection *connection;

	HASH_FIND(hh, live->connections, &id, sizeof(id), connection);
	return connection;
}

/* It begins (by: 1) or ceases (-1) to be of its phase. */
static void count_phase(struct live *live, const struct connection *connection, int by)
{
	struct live_pair *pair = &connection->pair->shown;
	struct live_sums *sums = &live->sums;

	if (connection->phase == PHASE_PENDING) {
		pair->n_pending += by;
		sums->n_pending += by;
	} else if (connection->phase == PHASE_OPEN) {
		pair->n_open += by;
		sums->n_open += by;
		pair->n_preexisting += connection->shown.preexisting ? by : 0;
		sums->n_preexisting += connection->shown.preexisting ? by : 0;
	}
}

static void enter(struct live *live, struct connection *connection, enum phase phase)
{
	connection->phase = phase;
	DL_APPEND(live->of_phase[phase], connection);
	count_phase(live, connection, 1);
}

static void leave(struct live *live, struct connection *connection)
{
	count_phase(live, connection, -1);
	DL_DELETE(live->of_phase[connection->phase], connection);
}

void live_set_phase(struct live *live, struct connection *connection, enum phase phase)
{
	leave(live, connection);
	enter(live, connection, phase);
}

static void forget_connection(struct live *live, struct connection *connection)
{
	live_slow_keep(&live->slow, &connection->shown, &connection->pair->shown);
	leave(live, connection);
	DL_DELETE(connection->pair->shown.connections, &connection->shown);
	pairs_release(&live->pairs, connection->pair);
	HASH_DEL(live->connections, connection);
	free(connection);
}

static void forget_pair(struct live *live, struct pair *pair)
{
	if (pair->shown.failed || pair->shown.cancelled)
		live_failures_replace(&live->failures, &pair->shown, NULL);
	live_slow_replace(&live->slow, &pair->shown, NULL);
	pairs_remove(&live->pairs, pair);
	live->sums.n_pairs--;
}

/* Forgets a pair without connections; while there is none, connections that have ended. */
static bool make_room_for_pair(struct live *live)
{
	while (!live->pairs.idle && live->of_phase[PHASE_ENDED])
		forget_connection(live, live->of_phase[PHASE_ENDED]);
	if (!live->pairs.idle)
		return false;
	forget_pair(live, live->pairs.idle);
	return true;
}

struct pair *live_pair_of(struct live *live, const struct event *event)
{
	struct pair *pair = pairs_find(&live->pairs, event);

	if (pair)
		return pair;
	if (live->sums.n_pairs >= LIVE_PAIRS_MAX && !make_room_for_pair(live))
		return NULL;
	pair = pairs_add(&live->pairs, event);
	live->sums.n_pairs += pair != NULL;
	return pair;
}

/* Forgets one that has ended, if it must. */
static bool make_room_for_connection(struct live *live)
{
	if (HASH_COUNT(live->connections) < LIVE_CONNECTIONS_MAX)
		return true;
	if (!live->of_phase[PHASE_ENDED])
		return false;
	forget_connection(live, live->of_phase[PHASE_ENDED]);
	return true;
}

/* In the hash alone. */
static struct connection *add_to_hash(struct live *live, const struct event *event)
{
	struct connection *added = calloc(1, sizeof(*added));

	if (!added)
		return NULL;
	added->id = (struct connection_id){.start_ns = event->start_ns, .cpu = event->cpu};
	HASH_ADD(hh, live->connections, id, sizeof(added->id), added);
	if (!added->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(added);
		return NULL;
	}
	return added;
}

struct connection *live_add(struct live *live, const struct event *event)
{
	struct pair *pair = live_pair_of(live, event);
	struct connection *added =
		pair && make_room_for_connection(live) ? add_to_hash(live, event) : NULL;

	if (!added)
		return NULL;
	added->pair = pair;
	added->shown.start_ns = event->start_ns;
	added->shown.cpu = event->cpu;
	added->shown.preexisting = event->preexisting || event->kind == EVENT_OPEN;
	added->shown.state = TCP_SYN_SENT;
	pairs_hold(&live->pairs, pair);
	DL_PREPEND(pair->shown.connections, &added->shown);
	enter(live, added, PHASE_PENDING);
	return added;
}

/* A time that is as far ahead of now is wrong, and must not be waited for. */
static bool has_passed(uint64_t now_ns, uint64_t since_ns, uint64_t span_ns)
{
	return (now_ns > since_ns ? now_ns - since_ns : since_ns - now_ns) >= span_ns;
}

void live_expire(struct live *live, uint64_t now_ns)
{
	struct connection **ended = &live->of_phase[PHASE_ENDED];
	struct pair **idle = &live->pairs.idle;

	live_slow_expire(&live->slow, now_ns);
	while (*ended && has_passed(now_ns, (*ended)->shown.ended_ns, LIVE_ENDED_NS))
		forget_connection(live, *ended);
	while (*idle && has_passed(now_ns, (*idle)->shown.last_ns, LIVE_PAIR_NS))
		forget_pair(live, *idle);
}

void live_clear(struct live *live)
{
	struct live_connection *connection, *next_connection;
	struct live_pair *pair, *next_pair;

	HASH_CLEAR(hh, live->connections);
	HASH_CLEAR(hh, live->pairs.hash);
	DL_FOREACH_SAFE(live->pairs.list, pair, next_pair)
	{
		DL_FOREACH_SAFE(pair->connections, connection, next_connection)
		free(connection);
		pair_free((struct pair *)pair);
	}
}
