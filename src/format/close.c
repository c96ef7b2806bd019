// SPDX-License-Identifier: MIT
#include "format/close.h"

#include "format/brief.h"
#include "format/fields.h"

static void fill_duration(struct cell *cell, uint64_t ns)
{
	cell_start(cell);
	brief_duration(&cell->text, ns);
	cell_done(cell);
}

static void fill_size(struct cell *cell, uint64_t bytes)
{
	cell_start(cell);
	brief_size(&cell->text, bytes);
	cell_done(cell);
}

static uint64_t rtt_ns(const struct conn *conn)
{
	return conn->rtt_us * 1000ull;
}

void close_fill(struct cell cells[COLUMNS], const struct conn *conn)
{
	cell_word(&cells[DURATION], "-");
	if (conn->has & CONN_HAS_DURATION)
		fill_duration(&cells[DURATION], conn->duration_ns);
	fill_size(&cells[TX], conn->bytes_sent);
	fill_size(&cells[RX], conn->bytes_received);
	cell_word(&cells[RTT], "-");
	if (conn->has & CONN_HAS_RTT)
		fill_duration(&cells[RTT], rtt_ns(conn));
	cell_number(&cells[RETRANS], conn->retransmits);
	cell_word(&cells[ENDED], conn->ended ? ended_name(conn->ended) : "-");
}

/* In the order in which they are told. */
enum part { PART_DURATION, PART_END, PART_TX, PART_RX, PART_RTT, PART_RETRANS, PART_ERROR, PARTS };

static bool ended_badly(const struct conn *conn)
{
	return conn->ended && conn->ended != ENDED_FIN && conn->ended != ENDED_LOCAL;
}

static void put_error(struct buffer *out, const struct conn *conn)
{
	if (!(conn->has & CONN_HAS_ERROR))
		return;
	buffer_putc(out, ' ');
	field_errno(out, conn->error);
}

/* The errno stands in for an end that is not told; else it mostly says the same, so comes last. */
static void put_end(struct buffer *out, const struct conn *conn)
{
	if (!ended_badly(conn)) {
		put_error(out, conn);
		return;
	}
	buffer_putc(out, ' ');
	buffer_puts(out, ended_name(conn->ended));
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

/* Nothing where there is nothing to tell. */
static void put_part(struct buffer *out, const struct conn *conn, enum part part)
{
	if (part == PART_DURATION && conn->has & CONN_HAS_DURATION)
		put_duration(out, " ", conn->duration_ns);
	if (part == PART_END)
		put_end(out, conn);
	if (part == PART_TX)
		put_size(out, " tx=", conn->bytes_sent);
	if (part == PART_RX)
		put_size(out, " rx=", conn->bytes_received);
	if (part == PART_RTT && conn->has & CONN_HAS_RTT)
		put_duration(out, " rtt=", rtt_ns(conn));
	if (part == PART_RETRANS && conn->retransmits) {
		buffer_literal(out, " retrans=");
		buffer_u64(out, conn->retransmits);
	}
	if (part == PART_ERROR && ended_badly(conn))
		put_error(out, conn);
}

void close_words(struct cell *cell, const struct conn *conn, unsigned int max)
{
	struct cell next;

	cell_word(cell, event_kind_name(conn->kind));
	for (int part = 0; part < PARTS; part++) {
		cell_start(&next);
		put_part(&next.text, conn, (enum part)part);
		cell_done(&next);
		if (cell->width + next.width > max)
			return;
		buffer_put(&cell->text, next.data, next.text.len);
		cell_done(cell);
	}
}
