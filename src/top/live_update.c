// SPDX-License-Identifier: MIT
#include "top/live_parts.h"

#include <netinet/tcp.h>

static void set_carried(struct connection *connection, uint64_t tx, uint64_t rx)
{
	struct live_pair *pair = &connection->pair->shown;

	pair->tx += tx - connection->shown.tx;
	pair->rx += rx - connection->shown.rx;
	connection->shown.tx = tx;
	connection->shown.rx = rx;
	connection->shown.measured = true;
}

void live_carry(struct live *live, struct connection *connection, uint64_t tx, uint64_t rx)
{
	const struct live_connection *shown = &connection->shown;
	uint64_t sent = tx > shown->tx ? tx - shown->tx : 0;
	uint64_t received = rx > shown->rx ? rx - shown->rx : 0;

	live->interval.bytes_sent += sent;
	live->interval.bytes_received += received;
	connection->pair->interval.bytes_sent += sent;
	connection->pair->interval.bytes_received += received;
	set_carried(connection, tx, rx);
}

static void update_carried(struct live *live, struct connection *connection,
			   const struct event *event, bool is_new)
{
	struct live_connection *shown = &connection->shown;

	/* When a socket that was open before has carried this is not known. */
	if (is_new && shown->preexisting)
		set_carried(connection, event->bytes_sent, event->bytes_received);
	else
		live_carry(live, connection, event->bytes_sent, event->bytes_received);
	shown->retransmits = event->retransmits;
	shown->rtt_us = event->has & EVENT_HAS_RTT ? event->rtt_us : 0;
	shown->unacked = event->open.unacked;
	shown->idle_ns = event->has & EVENT_HAS_IDLE ? event->open.idle_ns : 0;
}

static void update_times(struct live_connection *shown, const struct event *event)
{
	if (event->kind == EVENT_ESTABLISHED ? event_has_handshake(event)
					     : event->has & EVENT_HAS_LATENCY)
		shown->latency_ns = event->latency_ns;
	if (event->kind == EVENT_CONNECT)
		shown->begun_ns = event->time_ns;
	else if (!shown->begun_ns && event->has & EVENT_HAS_LATENCY)
		shown->begun_ns = event->time_ns - event->latency_ns;
	if (event->kind == EVENT_ESTABLISHED)
		shown->established_ns = event->time_ns;
	else if (event->kind == EVENT_CLOSE && event->has & EVENT_HAS_DURATION)
		shown->established_ns = event->time_ns - event->duration_ns;
}

void live_end(struct live *live, struct connection *connection, uint64_t time_ns)
{
	struct live_connection *shown = &connection->shown;

	live_set_phase(live, connection, PHASE_ENDED);
	shown->state = TCP_CLOSE;
	shown->ended = true;
	shown->ended_ns = time_ns;
	shown->tx_rate = shown->rx_rate = 0;
}

static void open_as(struct live *live, struct connection *connection, uint8_t state)
{
	live_set_phase(live, connection, PHASE_OPEN);
	connection->shown.state = state;
}

static void advance(struct live *live, struct connection *connection, const struct event *event,
		    bool is_new)
{
	switch (event->kind) {
	case EVENT_ESTABLISHED:
		connection->established = true;
		open_as(live, connection, TCP_ESTABLISHED);
		break;
	case EVENT_OPEN:
		if (is_new && event->open.state != TCP_SYN_SENT)
			open_as(live, connection, event->open.state);
		break;
	case EVENT_FAILED:
	case EVENT_CANCELLED:
	case EVENT_CLOSE:
		live_end(live, connection, event->time_ns);
		break;
	default:
		break;
	}
}

void live_update(struct live *live, struct connection *connection, const struct event *event,
		 bool is_new)
{
	struct live_connection *shown = &connection->shown;

	shown->last = event->kind;
	if (event->has & EVENT_HAS_SRC) {
		shown->src = event->src;
		shown->has_src = true;
	}
	if (event->has & EVENT_HAS_RETRIES && event->retries > shown->retries)
		shown->retries = event->retries;
	if (event->has & EVENT_HAS_HOLDERS)
		shown->holders = event->holders;
	if (event->has & EVENT_HAS_ERROR && event->kind != EVENT_RETRY)
		shown->error = event->error;
	update_times(shown, event);
	if (event->kind == EVENT_OPEN || event->kind == EVENT_CLOSE)
		update_carried(live, connection, event, is_new);
	advance(live, connection, event, is_new);
}
