// SPDX-License-Identifier: MIT
#include "model/decode_open.h"

#include <errno.h>

#include "model/decode.h"
#include "model/record.h"

bool open_valid(const struct open_record *open)
{
	bool held = open->flags & OPEN_HELD;

	return tcp_state_name(open->state) && open->direction < DIRECTION_END &&
	       !(open->flags & ~OPEN_FLAGS_ALL) && held == (open->base.attempt.pid != 0);
}

void open_set(struct event *event, const struct open_record *open)
{
	event->open = (struct event_open){
		.socket = open->socket,
		.unacked = open->unacked,
		.fd = open->fd,
		.state = open->state,
		.direction = (enum direction)open->direction,
		.held = open->flags & OPEN_HELD,
		.wanted = open->flags & OPEN_WANTED,
		.kernel = open->flags & OPEN_KERNEL,
	};
	event->bytes_sent = open->bytes_sent;
	event->bytes_received = open->bytes_received;
	event->retransmits = open->retransmits;
	if (open->flags & OPEN_HAS_IDLE) {
		event->open.idle_ns = open->idle_ns;
		event->has |= EVENT_HAS_IDLE;
	}
	if (open->rtt_us) {
		event->rtt_us = open->rtt_us;
		event->has |= EVENT_HAS_RTT;
	}
}

int gauge_decode(const void *data, size_t size, struct gauge *ret)
{
	struct gauge_record record;
	int err = record_read(data, size, EVENT_GAUGE, &record, sizeof(record));

	if (err)
		return err;
	if (size != sizeof(record))
		return -EMSGSIZE;
	if (!tcp_state_name(record.state))
		return -EBADMSG;
	*ret = (struct gauge){
		.start_ns = record.start_ns,
		.cpu = record.cpu,
		.state = record.state,
		.bytes_sent = record.bytes_sent,
		.bytes_received = record.bytes_received,
		.idle_ns = record.idle_ns,
		.unacked = record.unacked,
		.retransmits = record.retransmits,
		.rtt_us = record.rtt_us,
	};
	return 0;
}
