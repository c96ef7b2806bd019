// SPDX-License-Identifier: MIT
/* The connections of a pair. */
#include "format/brief.h"
#include "format/color.h"
#include "top/columns.h"
#include "top/draw.h"
#include "util/array.h"

/* From left to right. */
enum connection_column {
	CONNECTION_SOURCE,
	CONNECTION_STATE,
	CONNECTION_AGE,
	CONNECTION_IDLE,
	CONNECTION_HANDSHAKE,
	CONNECTION_RTT,
	CONNECTION_RETR,
	CONNECTION_UNACKED,
	CONNECTION_TX,
	CONNECTION_RX,
	CONNECTION_TX_RATE,
	CONNECTION_RX_RATE,
	CONNECTION_FROM,
	CONNECTION_COLUMNS,
};

static const struct column columns[CONNECTION_COLUMNS] = {
	[CONNECTION_SOURCE] = {"SOURCE", false},
	[CONNECTION_STATE] = {"STATE", false},
	[CONNECTION_AGE] = {"AGE", true},
	[CONNECTION_IDLE] = {"IDLE", true},
	[CONNECTION_HANDSHAKE] = {"HANDSHAKE", true},
	[CONNECTION_RTT] = {"RTT", true},
	[CONNECTION_RETR] = {"RETR", true},
	[CONNECTION_UNACKED] = {"UNACKED", true},
	[CONNECTION_TX] = {"TX", true},
	[CONNECTION_RX] = {"RX", true},
	[CONNECTION_TX_RATE] = {"TX/s", true},
	[CONNECTION_RX_RATE] = {"RX/s", true},
	[CONNECTION_FROM] = {"FROM", false},
};

static const struct column_step steps[] = {
	{CONNECTION_SOURCE, 17}, {CONNECTION_STATE, 12},    {CONNECTION_AGE, 6},
	{CONNECTION_RTT, 6},	 {CONNECTION_IDLE, 5},	    {CONNECTION_RETR, 4},
	{CONNECTION_TX, 5},	 {CONNECTION_RX, 5},	    {CONNECTION_TX_RATE, 5},
	{CONNECTION_RX_RATE, 5}, {CONNECTION_HANDSHAKE, 9}, {CONNECTION_UNACKED, 7},
	{CONNECTION_FROM, 36},	 {CONNECTION_SOURCE, 21},   {CONNECTION_FROM, 60},
	{CONNECTION_SOURCE, 47},
};

/* Cells */

/* Since when tracing began, at the moment that is shown. */
static uint64_t observed_ns(const struct draw *draw, uint64_t until_ns)
{
	uint64_t start_ns = draw->head->now_ns - draw->head->running_ns;

	return until_ns > start_ns ? until_ns - start_ns : 0;
}

/* ">4m12s": of what was open before, a lower bound is all there is. */
static void age_cell(struct cell *cell, const struct draw *draw, const struct live_connection *c)
{
	uint64_t until_ns = c->ended && c->ended_ns ? c->ended_ns : draw->now_ns, age_ns;

	if (!c->preexisting && !c->begun_ns) {
		cell_word(cell, "-");
		return;
	}
	cell_word(cell, c->preexisting ? ">" : "");
	if (c->preexisting)
		age_ns = observed_ns(draw, until_ns);
	else
		age_ns = until_ns > c->begun_ns ? until_ns - c->begun_ns : 0;
	if (c->preexisting && c->measured && c->idle_ns > age_ns)
		age_ns = c->idle_ns;
	brief_age(&cell->text, age_ns);
	cell_done(cell);
}

static void state_cell(struct cell *cell, const struct live_connection *c)
{
	if (!c->ended) {
		cell_word(cell, brief_state(c->state));
	} else if (c->error) {
		error_cell(cell, c->error);
	} else {
		cell_word(cell, c->last == EVENT_CANCELLED ? "cancelled" : "closed");
	}
}

/* What is known of how it came about. */
static void from_cell(struct cell *cell, const struct live_connection *c)
{
	cell_word(cell, c->preexisting ? "before the start" : "connect");
	if (c->holders) {
		buffer_literal(&cell->text, "; held by ");
		buffer_u64(&cell->text, c->holders);
		buffer_puts(&cell->text, c->holders == 1 ? " process" : " processes");
	}
	if (c->retries) {
		buffer_literal(&cell->text, "; ");
		put_again(&cell->text, c->retries);
	}
	cell_done(cell);
}

static void put_figure(struct buffer *out, const struct live_connection *c,
		       enum connection_column column)
{
	switch (column) {
	case CONNECTION_IDLE:
		brief_age(out, c->idle_ns);
		break;
	case CONNECTION_UNACKED:
		brief_size(out, c->unacked);
		break;
	case CONNECTION_TX:
		brief_size(out, c->tx);
		break;
	case CONNECTION_RX:
		brief_size(out, c->rx);
		break;
	case CONNECTION_TX_RATE:
		brief_size(out, c->tx_rate);
		break;
	default:
		brief_size(out, c->rx_rate);
	}
}

/*
 * What only a connection that is open has, and that a record has of no moment but its beginning;
 * and how much it has carried, also when it has ended.
 */
static void figure_cell(struct cell *cell, const struct draw *draw, const struct live_connection *c,
			enum connection_column column)
{
	bool is_sum = column == CONNECTION_TX || column == CONNECTION_RX;

	if (!c->measured || ((c->ended || draw->head->replay) && !is_sum)) {
		cell_word(cell, "-");
		return;
	}
	cell_start(cell);
	put_figure(&cell->text, c, column);
	cell_done(cell);
}

static void fill_cell(struct cell *cell, const struct draw *draw, const struct live_pair *pair,
		      const struct live_connection *c, enum connection_column column,
		      unsigned int width)
{
	switch (column) {
	case CONNECTION_SOURCE:
		if (c->has_src)
			cell_endpoint(cell, &c->src, pair->family, NULL, width);
		else
			cell_word(cell, "-");
		break;
	case CONNECTION_STATE:
		state_cell(cell, c);
		break;
	case CONNECTION_AGE:
		age_cell(cell, draw, c);
		break;
	case CONNECTION_HANDSHAKE:
		duration_cell(cell, c->latency_ns);
		break;
	case CONNECTION_RTT:
		duration_cell(cell, (uint64_t)c->rtt_us * 1000);
		break;
	case CONNECTION_RETR:
		count_cell(cell, c->retransmits > c->retries ? c->retransmits : c->retries);
		break;
	case CONNECTION_FROM:
		from_cell(cell, c);
		break;
	default:
		figure_cell(cell, draw, c, column);
	}
}

/* Lines */

static void draw_connection(struct draw *draw, const uint8_t *widths, const struct live_pair *pair,
			    const struct live_connection *c)
{
	struct line *line = draw_line(draw, c->ended ? SGR_DIM : "");

	line_puts(line, c->preexisting ? "*" : " ");
	for (enum connection_column i = 0; i < CONNECTION_COLUMNS; i++) {
		bool fails = i == CONNECTION_STATE && c->ended && c->error;
		struct cell cell;

		if (!widths[i])
			continue;
		fill_cell(&cell, draw, pair, c, i, widths[i]);
		line_color(line, fails ? SGR_RED : "");
		line_cell(line, &cell, widths[i], columns[i].right);
		line_plain(line);
		line_puts(line, " ");
	}
	draw_next(draw);
}

static size_t count(const struct live_pair *pair, bool preexisting)
{
	size_t n = 0;

	for (const struct live_connection *c = pair->connections; c; c = c->next)
		n += !preexisting || c->preexisting;
	return n;
}

struct part {
	size_t skip, n; /* lines */
};

/* Those that have ended, or the others, the newest first. What is left of *part is for the rest. */
static void draw_part(struct draw *draw, const uint8_t *widths, const struct live_pair *pair,
		      bool ended, struct part *part)
{
	for (const struct live_connection *c = pair->connections; c && part->n; c = c->next) {
		if (c->ended != ended)
			continue;
		if (part->skip) {
			part->skip--;
			continue;
		}
		draw_connection(draw, widths, pair, c);
		part->n--;
	}
}

/* Where there is no column that says what the `*` is. */
static bool needs_legend(const uint8_t *widths, const struct live_pair *pair, size_t n)
{
	return n >= 4 && !widths[CONNECTION_FROM] && count(pair, true);
}

void draw_connections(struct draw *draw, const struct live_pair *pair, size_t n)
{
	struct scroll *scroll = &draw->view->pane_scroll;
	uint8_t widths[CONNECTION_COLUMNS] = {0};
	struct part part;
	bool legend;

	columns_fit(widths, steps, ARRAY_SIZE(steps), draw->view->width);
	legend = needs_legend(widths, pair, n);
	draw_header(draw, columns, widths, CONNECTION_COLUMNS);
	n -= 1 + legend;
	scroll_fit(scroll, count(pair, false), n);
	part = (struct part){.skip = scroll->top, .n = n};
	draw_part(draw, widths, pair, false, &part);
	draw_part(draw, widths, pair, true, &part);
	draw_blank(draw, part.n);
	if (legend) {
		line_puts(draw_line(draw, ""), draw->view->width < 64
						       ? "* open before the start"
						       : "* open before the start: age is a lower "
							 "bound, opener not known");
		draw_next(draw);
	}
}
