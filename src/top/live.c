// SPDX-License-Identifier: MIT
#include "top/live.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "top/live_parts.h"
#include "util/clock.h"
#include "util/count.h"

/* After a minute, an eighth is left of a weight. */
#define HALF_LIFE_NS (20 * NSEC_PER_SEC)
#define LN_2	     0.69314718055994531

/* What an event adds to sums. */
struct news {
	uint64_t begun, established, failed, cancelled, closed, retries;
	uint64_t handshake_ns; /* 0: there was none, or its time is not known */
};

int live_new(struct live **ret)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return -ENOMEM;
	*ret = live;
	return 0;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	live_clear(live);
	free(live);
}

/* An attempt that failed before a SYN was built never was a connection. */
static bool was_never_sent(const struct event *event)
{
	return event->not_sent && event->kind != EVENT_RETRY;
}

/* A snapshot tells of sockets as well that this host did not open. */
static bool is_outbound(const struct event *event)
{
	return event->kind != EVENT_OPEN ||
	       (event->open.direction != DIRECTION_IN && event->open.state != TCP_LISTEN &&
		event->open.state != TCP_CLOSE);
}

static bool says_nothing_new(const struct connection *connection, const struct event *event)
{
	return (connection->phase == PHASE_ENDED && !connection->shown.unseen) ||
	       event->kind == EVENT_CONNECT ||
	       (event->kind == EVENT_ESTABLISHED && connection->established);
}

/* Of a connection that is not known: whether no event of it can have come before. */
static bool is_first(const struct live *live, const struct event *event)
{
	return event->kind == EVENT_CONNECT || event->kind == EVENT_OPEN || event->preexisting ||
	       !live->told_begun;
}

/* Those that have not been counted yet. */
static uint64_t retries_of(const struct event *event, const struct connection *connection)
{
	if (!connection)
		return event->kind == EVENT_RETRY && !event->not_sent;
	if (!(event->has & EVENT_HAS_RETRIES) || event->retries <= connection->shown.retries)
		return 0;
	return event->retries - connection->shown.retries;
}

/* first: of a connection that has begun. */
static struct news news_of(const struct event *event, const struct connection *connection,
			   bool first)
{
	struct news news = {
		.begun = first && event->kind != EVENT_OPEN && !event->preexisting
				 ? event_weight(event)
				 : 0,
		.established = event->kind == EVENT_ESTABLISHED,
		.failed = event->kind == EVENT_FAILED ? event_weight(event) : 0,
		.cancelled = event->kind == EVENT_CANCELLED ? event_weight(event) : 0,
		.closed = event->kind == EVENT_CLOSE,
		.retries = retries_of(event, connection),
		.handshake_ns = event_has_handshake(event) ? event->latency_ns : 0,
	};

	return news;
}

static void add_to_interval(struct live_interval *to, const struct news *news)
{
	add_count(&to->begun, news->begun);
	add_count(&to->established, news->established);
	add_count(&to->failed, news->failed);
	add_count(&to->cancelled, news->cancelled);
	add_count(&to->retries, news->retries);
	add_count(&to->closed, news->closed);
	if (news->handshake_ns > to->slowest_ns)
		to->slowest_ns = news->handshake_ns;
}

static void add_to_pair(struct pair *pair, const struct news *news)
{
	struct live_pair *shown = &pair->shown;

	add_to_interval(&pair->interval, news);
	shown->begun += news->begun;
	shown->failed += news->failed;
	shown->cancelled += news->cancelled;
	shown->retries += news->retries;
	if (news->begun || news->failed)
		pair_weigh(pair, news->begun, news->failed);
	if (news->handshake_ns) {
		latencies_add(&pair->latencies, news->handshake_ns);
		pair->latencies_changed = true;
	}
}

static void add_to_sums(struct live *live, const struct news *news)
{
	struct live_sums *sums = &live->sums;

	add_to_interval(&live->interval, news);
	sums->begun += news->begun;
	sums->failed += news->failed;
	sums->cancelled += news->cancelled;
	sums->closed += news->closed;
	if (news->handshake_ns)
		histogram_add(&live->handshakes, news->handshake_ns);
}

static void tell_pair(struct live *live, struct pair *pair, const struct event *event,
		      const struct news *news)
{
	add_to_pair(pair, news);
	pair_name(pair, event);
	if (event->kind == EVENT_FAILED)
		pair->shown.error = event->error;
	if (event->kind != EVENT_OPEN) /* which says only that it was there */
		pairs_touch(&live->pairs, pair, event->time_ns);
}

/* It seemed to have ended unseen: the event was on its way. */
static void revive(struct live *live, struct connection *connection)
{
	struct live_connection *shown = &connection->shown;

	shown->unseen = shown->ended = false;
	shown->ended_ns = 0;
	shown->state = connection->established ? TCP_ESTABLISHED : TCP_SYN_SENT;
	connection->lacking = 0;
	live_set_phase(live, connection, connection->established ? PHASE_OPEN : PHASE_PENDING);
}

void live_event(struct live *live, const struct event *event)
{
	struct connection *connection =
		live_find(live, (struct connection_id){event->start_ns, event->cpu});
	bool is_new = !connection, first;
	struct pair *pair = NULL;
	struct news news;

	if (!is_outbound(event) || (connection && says_nothing_new(connection, event)))
		return;
	if (connection && connection->shown.unseen)
		revive(live, connection);
	live->told_begun |= event->kind == EVENT_CONNECT;
	first = is_new && is_first(live, event);
	if (was_never_sent(event))
		pair = live_pair_of(live, event);
	else if (is_new)
		connection = live_add(live, event);
	if (connection)
		pair = connection->pair;

	news = news_of(event, connection, first);
	add_to_sums(live, &news);
	if (event->kind == EVENT_FAILED || event->kind == EVENT_CANCELLED)
		live_failures_add(&live->failures, event, pair ? &pair->shown : NULL,
				  event_weight(event));
	if (!pair) {
		live->sums.forgotten += first ? event_weight(event) : 0;
		return;
	}
	tell_pair(live, pair, event, &news);
	if (connection)
		live_update(live, connection, event, is_new);
}

void live_gauge(struct live *live, const struct gauge *gauge)
{
	struct connection *connection =
		live_find(live, (struct connection_id){gauge->start_ns, gauge->cpu});
	struct live_connection *shown;

	if (!connection || connection->phase == PHASE_ENDED)
		return;
	connection->gauged = connection->was_gauged = true;
	if (gauge->state == TCP_SYN_SENT)
		return;
	/* It is established, also where the event of that was lost. */
	if (connection->phase == PHASE_PENDING)
		live_set_phase(live, connection, PHASE_OPEN);
	live_carry(live, connection, gauge->bytes_sent, gauge->bytes_received);
	shown = &connection->shown;
	shown->state = gauge->state;
	shown->idle_ns = gauge->idle_ns;
	shown->unacked = gauge->unacked;
	shown->retransmits = gauge->retransmits;
	shown->rtt_us = gauge->rtt_us;
}

void live_gauges_complete(struct live *live)
{
	live->gauges_complete = true;
}

/* What is left of a weight: 2^(-ns / HALF_LIFE_NS), by squaring, without libm. */
static double decay(uint64_t ns)
{
	double power = 1 - LN_2 / (double)HALF_LIFE_NS, left = 1;

	for (; ns; ns >>= 1, power *= power)
		if (ns & 1)
			left *= power;
	return left;
}

/* 0, where it has gone back. */
static uint64_t rate(uint64_t from, uint64_t to, uint64_t ns)
{
	double rate = to > from ? (double)(to - from) * NSEC_PER_SEC / (double)ns : 0;

	return rate < (double)UINT64_MAX ? (uint64_t)rate : UINT64_MAX;
}

static void tick_connection(struct connection *connection, uint64_t ns)
{
	struct live_connection *shown = &connection->shown;
	struct live_pair *pair = &connection->pair->shown;
	bool has_rate = ns && connection->gauged && connection->has_base;

	shown->tx_rate = has_rate ? rate(connection->tx_base, shown->tx, ns) : 0;
	shown->rx_rate = has_rate ? rate(connection->rx_base, shown->rx, ns) : 0;
	pair->tx_rate += shown->tx_rate;
	pair->rx_rate += shown->rx_rate;
	connection->has_base = connection->gauged;
	connection->tx_base = shown->tx;
	connection->rx_base = shown->rx;
	connection->gauged = false;
}

/* An attempt that began while tracing has gauges as long as it is pending. */
static bool is_gauge_due(const struct live *live, const struct connection *connection)
{
	return live->gauges_complete &&
	       (connection->was_gauged ||
		(connection->phase == PHASE_PENDING && !connection->shown.preexisting));
}

/* Whether its end must have gone unseen. */
static bool is_gone(const struct live *live, struct connection *connection)
{
	if (connection->gauged)
		connection->lacking = 0;
	else if (is_gauge_due(live, connection))
		connection->lacking++;
	return connection->lacking >= LIVE_LACKING;
}

static void end_unseen(struct live *live, struct connection *connection, uint64_t now_ns)
{
	connection->shown.unseen = true;
	live_end(live, connection, now_ns);
}

void live_begin_anew(struct live *live, uint64_t now_ns)
{
	while (live->of_phase[PHASE_PENDING])
		end_unseen(live, live->of_phase[PHASE_PENDING], now_ns);
	while (live->of_phase[PHASE_OPEN])
		end_unseen(live, live->of_phase[PHASE_OPEN], now_ns);
}

static void tick_phase(struct live *live, enum phase phase, uint64_t now_ns, uint64_t ns)
{
	struct connection *connection, *next;

	DL_FOREACH_SAFE(live->of_phase[phase], connection, next)
	{
		if (is_gone(live, connection))
			end_unseen(live, connection, now_ns);
		else
			tick_connection(connection, ns);
	}
}

static void tick_sums(struct live *live, uint64_t now_ns)
{
	struct live_sums *sums = &live->sums;

	live->interval.p99_ns = histogram_percentile(&live->handshakes, 99);
	memmove(sums->history, sums->history + 1, sizeof(sums->history) - sizeof(sums->history[0]));
	sums->history[LIVE_HISTORY - 1] = live->interval;
	sums->n_history += sums->n_history < LIVE_HISTORY;
	live->interval = (struct live_interval){0};
	live->handshakes = (struct histogram){0};
	live_failures_sum(&live->failures, now_ns, sums);
}

void live_tick(struct live *live, uint64_t now_ns)
{
	uint64_t ns = now_ns > live->tick_ns ? now_ns - live->tick_ns : 0;
	double left = decay(ns);

	for (struct live_pair *pair = live->pairs.list; pair; pair = pair->next)
		pair_tick((struct pair *)pair, left);
	tick_phase(live, PHASE_PENDING, now_ns, ns);
	tick_phase(live, PHASE_OPEN, now_ns, ns);
	live->gauges_complete = false;
	tick_sums(live, now_ns);
	live_expire(live, now_ns);
	live->tick_ns = now_ns;
}

const struct live_pair *live_pairs(const struct live *live)
{
	return live->pairs.list;
}

const struct live_sums *live_sums(const struct live *live)
{
	return &live->sums;
}

const struct live_failure *live_failure(const struct live *live, size_t index)
{
	return live_failures_at(&live->failures, index);
}

const struct live_handshake *live_handshake(const struct live *live, size_t index)
{
	return index < live->slow.n ? &live->slow.kept[index] : NULL;
}
