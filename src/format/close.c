// SPDX-License-Identifier: MIT
#include "format/close.h"

#include "format/brief.h"
#include "format/fields.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

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

enum part {
	PART_ERROR = 1 << 0,
	PART_DURATION = 1 << 1,
	PART_BYTES = 1 << 2,
	PART_RTT = 1 << 3,
	PART_RETRANS = 1 << 4,
	PART_ENDED = 1 << 5,
};

static void put_result(struct buffer *out, const struct conn *conn, unsigned int parts)
{
	buffer_puts(out, event_kind_name(conn->kind));
	if (parts & PART_ERROR && conn->has & CONN_HAS_ERROR) {
		buffer_putc(out, ' ');
		field_errno(out, conn->error);
	}
	if (parts & PART_DURATION && conn->has & CONN_HAS_DURATION) {
		buffer_putc(out, ' ');
		brief_duration(out, conn->duration_ns);
	}
}

static void put_parts(struct buffer *out, const struct conn *conn, unsigned int parts)
{
	put_result(out, conn, parts);
	if (parts & PART_BYTES) {
		buffer_literal(out, " tx=");
		brief_size(out, conn->bytes_sent);
		buffer_literal(out, " rx=");
		brief_size(out, conn->bytes_received);
	}
	if (parts & PART_RTT && conn->has & CONN_HAS_RTT) {
		buffer_literal(out, " rtt=");
		brief_duration(out, rtt_ns(conn));
	}
	if (parts & PART_RETRANS && conn->retransmits) {
		buffer_literal(out, " retrans=");
		buffer_u64(out, conn->retransmits);
	}
	if (parts & PART_ENDED && conn->ended && conn->ended != ENDED_FIN) {
		buffer_literal(out, " ended=");
		buffer_puts(out, ended_name(conn->ended));
	}
}

void close_words(struct cell *cell, const struct conn *conn, unsigned int spare, unsigned int most)
{
	/* The first that fits; of what was seen last, the least can be spared. */
	const struct {
		unsigned int parts, max;
	} choices[] = {
		{PART_ERROR | PART_DURATION | PART_BYTES | PART_RTT | PART_RETRANS | PART_ENDED,
		 spare},
		{PART_ERROR | PART_DURATION | PART_BYTES | PART_RTT | PART_ENDED, spare},
		{PART_ERROR | PART_DURATION | PART_BYTES | PART_RTT, spare},
		{PART_ERROR | PART_DURATION | PART_BYTES, most},
		{PART_ERROR | PART_DURATION, most},
		{PART_ERROR, most},
		{PART_DURATION, most},
		{0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		cell_start(cell);
		put_parts(&cell->text, conn, choices[i].parts);
		cell_done(cell);
		if (cell->width <= choices[i].max)
			return;
	}
}
