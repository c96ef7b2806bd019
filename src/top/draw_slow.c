// SPDX-License-Identifier: MIT
/* Handshakes that took long, or still do: the slowest first. */
#include "format/brief.h"
#include "format/color.h"
#include "format/fields.h"
#include "top/columns.h"
#include "top/draw.h"
#include "util/array.h"
#include "util/clock.h"

/* How many are known to be the slowest. */
#define SLOW_MAX LIVE_HANDSHAKES

struct slow {
	uint64_t ns;
	bool pending;
	const struct live_pair *pair;
	const struct live_connection *connection;
};

struct slowest {
	struct slow slow[SLOW_MAX];
	size_t n;
};

/* From left to right. */
enum slow_column {
	SLOW_HANDSHAKE,
	SLOW_WHO,
	SLOW_DST,
	SLOW_BEGUN,
	SLOW_AGAIN,
	SLOW_SOURCE,
	SLOW_COLUMNS,
};

static const struct column columns[SLOW_COLUMNS] = {
	[SLOW_HANDSHAKE] = {"HANDSHAKE", true}, [SLOW_WHO] = {"PROCESS", false},
	[SLOW_DST] = {"DESTINATION", false},	[SLOW_BEGUN] = {"BEGUN", true},
	[SLOW_AGAIN] = {"SYN AGAIN", true},	[SLOW_SOURCE] = {"SOURCE", false},
};

static const struct column_step steps[] = {
	{SLOW_HANDSHAKE, 9}, {SLOW_DST, 15}, {SLOW_WHO, 12},	{SLOW_BEGUN, 5},
	{SLOW_AGAIN, 9},     {SLOW_DST, 22}, {SLOW_WHO, 18},	{SLOW_SOURCE, 21},
	{SLOW_WHO, 22},	     {SLOW_DST, 47}, {SLOW_SOURCE, 47},
};

/* 0: it is none of the last minute. */
static uint64_t handshake_ns(const struct live_connection *c, uint64_t now_ns)
{
	if (c->ended || c->established_ns || c->preexisting)
		return c->established_ns + LIVE_HANDSHAKE_NS > now_ns ? c->latency_ns : 0;
	return c->begun_ns && c->begun_ns < now_ns ? now_ns - c->begun_ns : 0;
}

/* Whether it would be among the slowest so far. */
static bool is_slow(const struct slowest *slowest, uint64_t ns)
{
	return ns && (slowest->n < SLOW_MAX || ns > slowest->slow[SLOW_MAX - 1].ns);
}

/* Of two that took as long, the newer one: they are found in no order that would stay. */
static bool is_before(const struct slow *a, const struct slow *b)
{
	return a->ns != b->ns ? a->ns > b->ns : a->connection->begun_ns > b->connection->begun_ns;
}

static void insert(struct slowest *slowest, const struct slow *slow)
{
	size_t i = slowest->n < SLOW_MAX ? slowest->n++ : SLOW_MAX - 1;

	for (; i && is_before(slow, &slowest->slow[i - 1]); i--)
		slowest->slow[i] = slowest->slow[i - 1];
	slowest->slow[i] = *slow;
}

static void look_at(struct slowest *slowest, const struct draw *draw, const struct live_pair *pair)
{
	bool is_known = false; /* that it is asked for, which takes time to find out */

	for (const struct live_connection *c = pair->connections; c; c = c->next) {
		const struct slow slow = {
			.ns = handshake_ns(c, draw->now_ns),
			.pending = !c->ended && !c->established_ns,
			.pair = pair,
			.connection = c,
		};

		if (!is_slow(slowest, slow.ns))
			continue;
		if (!is_known && !is_asked_for(draw, pair))
			return;
		is_known = true;
		insert(slowest, &slow);
	}
}

/* Of a connection that is forgotten. */
static void look_at_kept(struct slowest *slowest, const struct draw *draw,
			 const struct live_handshake *kept)
{
	const struct slow slow = {
		.ns = handshake_ns(&kept->connection, draw->now_ns),
		.pair = kept->pair,
		.connection = &kept->connection,
	};

	if (is_slow(slowest, slow.ns) && is_asked_for(draw, kept->pair))
		insert(slowest, &slow);
}

static void fill_cell(struct cell *cell, const struct draw *draw, const struct slow *slow,
		      enum slow_column column, unsigned int width)
{
	const struct live_connection *c = slow->connection;

	cell_word(cell, "-");
	switch (column) {
	case SLOW_HANDSHAKE:
		cell_word(cell, slow->pending ? ">" : "");
		brief_duration(&cell->text, slow->ns);
		cell_done(cell);
		break;
	case SLOW_WHO:
		who_cell(cell, slow->pair, width);
		break;
	case SLOW_DST:
		cell_endpoint(cell, &slow->pair->dst, slow->pair->family, NULL, width);
		break;
	case SLOW_BEGUN:
		if (!c->begun_ns || c->begun_ns > draw->now_ns)
			break;
		cell_start(cell);
		brief_age(&cell->text, draw->now_ns - c->begun_ns);
		cell_done(cell);
		break;
	case SLOW_AGAIN:
		count_cell(cell, c->retries);
		break;
	default:
		if (c->has_src)
			cell_endpoint(cell, &c->src, slow->pair->family, NULL, width);
	}
}

static void draw_one(struct draw *draw, const uint8_t *widths, const struct slow *slow)
{
	struct line *line = draw_line(draw, slow->connection->ended ? SGR_DIM : "");

	for (enum slow_column i = 0; i < SLOW_COLUMNS; i++) {
		struct cell cell;

		if (!widths[i])
			continue;
		fill_cell(&cell, draw, slow, i, widths[i]);
		line_puts(line, " ");
		line_color(line, i == SLOW_HANDSHAKE && slow->pending ? SGR_YELLOW : "");
		line_cell(line, &cell, widths[i], columns[i].right);
		line_plain(line);
	}
	draw_next(draw);
}

static void draw_list(struct draw *draw, const struct slowest *slowest, size_t n)
{
	struct scroll *scroll = &draw->view->pane_scroll;
	uint8_t widths[SLOW_COLUMNS] = {0};

	scroll_fit(scroll, slowest->n, n - 1);
	columns_fit(widths, steps, ARRAY_SIZE(steps), draw->view->width);
	draw_header(draw, columns, widths, SLOW_COLUMNS);
	for (size_t i = 0; i < n - 1; i++) {
		if (scroll->top + i < slowest->n)
			draw_one(draw, widths, &slowest->slow[scroll->top + i]);
		else
			draw_blank(draw, 1);
	}
}

void draw_slow(struct draw *draw, size_t n)
{
	struct slowest slowest = {0};
	const struct live_handshake *kept;
	struct cell left, right;

	for (const struct live_pair *pair = live_pairs(draw->live); pair; pair = pair->next)
		look_at(&slowest, draw, pair);
	for (size_t i = 0; (kept = live_handshake(draw->live, i)); i++)
		look_at_kept(&slowest, draw, kept);
	cell_word(&left, "HANDSHAKES of the last minute, the slowest first; > waits still");
	cell_start(&right);
	draw_pane_title(draw, draw->view->in_pane, &left, &right);
	if (n < 2)
		return;
	if (slowest.n) {
		draw_list(draw, &slowest, n - 1);
		return;
	}
	line_puts(draw_line(draw, ""), " none in the last minute");
	draw_next(draw);
	draw_blank(draw, n - 2);
}
