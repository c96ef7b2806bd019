// SPDX-License-Identifier: MIT
#include "format/close.h"

#include "format/brief.h"
#include "format/fields.h"

/* net/tcp_states.h */
#define TCP_ESTABLISHED 1

static void fill_duration(struct cell *cell, const char *before, uint64_t ns)
{
	cell_start(cell);
	buffer_puts(&cell->text, before);
	brief_duration(&cell->text, ns);
	cell_done(cell);
}

static void fill_size(struct cell *cell, uint64_t bytes)
{
	cell_start(cell);
	brief_size(&cell->text, bytes);
	cell_done(cell);
}

static uint64_t rtt_ns(const struct event *event)
{
	return event->rtt_us * 1000ull;
}

/* Of what is open, the state, but for the one that nearly all have. */
static void put_state(struct buffer *out, const struct event *event)
{
	if (event->kind != EVENT_OPEN || event->open.state == TCP_ESTABLISHED)
		return;
	buffer_putc(out, ' ');
	buffer_puts(out, tcp_state_name(event->open.state));
}

void close_fill(struct cell cells[COLUMNS], const struct event *event)
{
	put_state(&cells[EVENT].text, event);
	cell_done(&cells[EVENT]);
	cell_word(&cells[DURATION], "-");
	if (event->has & EVENT_HAS_DURATION)
		fill_duration(&cells[DURATION], "", event->duration_ns);
	else if (event->has & EVENT_HAS_OBSERVED)
		fill_duration(&cells[DURATION], ">", event->observed_ns);
	fill_size(&cells[TX], event->bytes_sent);
	fill_size(&cells[RX], event->bytes_received);
	cell_word(&cells[RTT], "-");
	if (event->has & EVENT_HAS_RTT)
		fill_duration(&cells[RTT], "", rtt_ns(event));
	cell_number(&cells[RETRANS], event->retransmits);
	cell_word(&cells[ENDED], event->ended ? ended_name(event->ended) : "-");
}

/* The words, in the order in which a cell shows them. */
enum part {
	PART_STATE,
	PART_DURATION,
	PART_END,
	PART_OBSERVED,
	PART_TX,
	PART_RX,
	PART_RTT,
	PART_RETRANS,
	PART_ERROR,
	PART_HOLDERS,
	PART_DIRECTION,
	PARTS
};

static bool ended_badly(const struct event *event)
{
	return event->ended && event->ended != ENDED_FIN && event->ended != ENDED_LOCAL;
}

static void put_error(struct buffer *out, const struct event *event)
{
	if (!(event->has & EVENT_HAS_ERROR))
		return;
	buffer_putc(out, ' ');
	field_errno(out, event->error);
}

/*
 * If the end is not shown, the errno takes its place. Otherwise the errno mostly repeats the end,
 * and comes last.
 */
static void put_end(struct buffer *out, const struct event *event)
{
	if (!ended_badly(event)) {
		put_error(out, event);
		return;
	}
	buffer_putc(out, ' ');
	buffer_puts(out, ended_name(event->ended));
}

static void put_duration(struct buffer *out, const char *before, uint64_t ns)
{
	buffer_puts(out, before);
	brief_duration(out, ns);
}

static void put_size(struct buffer *out, const char *before, uint64_t bytes)
{
	buffer_puts(out, before);
	brief_size(out, bytes);
}

static void put_holders(struct buffer *out, const struct event *event)
{
	if (!(event->has & EVENT_HAS_HOLDERS) || event->holders == 1)
		return;
	buffer_literal(out, " holders=");
	buffer_u64(out, event->holders);
}

/* Appends nothing if the value is not known, or as it should be. */
static void put_part(struct buffer *out, const struct event *event, enum part part)
{
	if (part == PART_STATE)
		put_state(out, event);
	if (part == PART_DURATION && event->has & EVENT_HAS_DURATION)
		put_duration(out, " ", event->duration_ns);
	if (part == PART_END)
		put_end(out, event);
	if (part == PART_OBSERVED && event->has & EVENT_HAS_OBSERVED) /* a lower bound */
		put_duration(out, " >", event->observed_ns);
	if (part == PART_TX)
		put_size(out, " tx=", event->bytes_sent);
	if (part == PART_RX)
		put_size(out, " rx=", event->bytes_received);
	if (part == PART_RTT && event->has & EVENT_HAS_RTT)
		put_duration(out, " rtt=", rtt_ns(event));
	if (part == PART_RETRANS && event->retransmits) {
		buffer_literal(out, " retrans=");
		buffer_u64(out, event->retransmits);
	}
	if (part == PART_ERROR && ended_badly(event))
		put_error(out, event);
	if (part == PART_HOLDERS)
		put_holders(out, event);
	if (part == PART_DIRECTION && event->kind == EVENT_OPEN &&
	    event->open.direction != DIRECTION_OUT) {
		buffer_literal(out, " direction=");
		buffer_puts(out, direction_name(event->open.direction));
	}
}

void close_words(struct cell *cell, const struct event *event, unsigned int max)
{
	struct cell next;

	cell_word(cell, event_kind_name(event->kind));
	for (int part = 0; part < PARTS; part++) {
		cell_start(&next);
		put_part(&next.text, event, (enum part)part);
		cell_done(&next);
		if (cell->width + next.width > max)
			return;
		buffer_put(&cell->text, next.data, next.text.len);
		cell_done(cell);
	}
}
