// SPDX-License-Identifier: MIT
/* A process and a destination: what is known of both together, and their connections. */
#include "format/brief.h"
#include "format/color.h"
#include "format/fields.h"
#include "top/draw.h"

#define STATES 16

/* In fewer columns, nothing is said of a name. */
#define NAME_LEAST 12

static void put_count(struct buffer *out, const char *before, size_t n, const char *what)
{
	buffer_puts(out, before);
	brief_grouped(out, n);
	buffer_putc(out, ' ');
	buffer_puts(out, what);
}

/* "212 open, 1 pending: 205 ESTAB, 7 CLOSE_W, 1 SYN_SNT"; with fewer columns the words in front. */
static void states_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	size_t counts[STATES] = {0}, len;
	const char *before = ": ";

	for (const struct live_connection *c = pair->connections; c; c = c->next)
		counts[c->state % STATES] += !c->ended;
	cell_start(cell);
	put_count(&cell->text, "", pair->n_open, "open");
	len = cell->text.len;
	if (pair->n_pending)
		put_count(&cell->text, ", ", pair->n_pending, "pending");
	len = cell->text.len <= max ? cell->text.len : len;
	for (uint8_t i = 0; i < STATES; i++)
		if (counts[i]) {
			put_count(&cell->text, before, counts[i], brief_state(i));
			before = ", ";
		}
	if (cell->text.len > max)
		cell->text.len = len <= max ? len : 0;
	cell_done(cell);
}

/* "nginx[8120] -> 10.0.3.7:5432 db.example.com" */
static void pair_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	struct cell dst, name;

	who_cell(cell, pair, max > 40 ? 30 : max / 3 + 1);
	buffer_literal(&cell->text, " -> ");
	cell->width += 4;
	cell_endpoint(&dst, &pair->dst, pair->family, NULL,
		      max > cell->width + 8 ? max - cell->width : 8);
	buffer_put(&cell->text, dst.data, dst.text.len);
	cell->width += dst.width;
	if (!pair->names.n || cell->width + NAME_LEAST > max)
		return;
	name_cell(&name, pair, max - cell->width - 1);
	buffer_putc(&cell->text, ' ');
	buffer_put(&cell->text, name.data, name.text.len);
	cell->width += name.width + 1;
}

static void draw_pair_title(struct draw *draw, const struct live_pair *pair)
{
	unsigned int max = draw->view->width;
	struct cell left, right;

	pair_cell(&left, pair, max > 16 ? max - 14 : 2);
	states_cell(&right, pair, max > left.width + 4 ? max - left.width - 4 : 0);
	draw_pane_title(draw, draw->view->in_pane, &left, &right);
}

static void draw_last_failures(struct draw *draw, const struct live_pair *pair)
{
	struct line *line = draw_line(draw, "");
	const struct live_failure *failure;
	bool any = false;
	struct cell cell;

	line_puts(line, " last failures");
	for (size_t i = 0; (failure = live_failure(draw->live, i)); i++) {
		if (failure->pair != pair)
			continue;
		cell_word(&cell, "  ");
		field_time_of_day(&cell.text,
				  failure->time_ns + (uint64_t)draw->head->boot_to_utc_ns);
		buffer_putc(&cell.text, ' ');
		if (failure->error)
			field_errno(&cell.text, failure->error);
		else
			buffer_literal(&cell.text, "cancelled");
		if (failure->latency_ns) {
			buffer_putc(&cell.text, ' ');
			brief_duration(&cell.text, failure->latency_ns);
		}
		cell_done(&cell);
		if (line->width + cell.width > line->max)
			break;
		line_cell(line, &cell, 0, false);
		any = true;
	}
	line_puts(line, any ? "" : "  none");
	draw_next(draw);
}

/* What has no room is left out whole. */
static void put_whole(struct line *line, const struct cell *cell)
{
	if (line->width + cell->width <= line->max)
		line_cell(line, cell, 0, false);
}

static void put_percentile(struct line *line, const char *name, uint64_t ns)
{
	struct cell cell;

	cell_word(&cell, name);
	if (ns)
		brief_duration(&cell.text, ns);
	else
		buffer_putc(&cell.text, '-');
	cell_done(&cell);
	put_whole(line, &cell);
}

static void put_sum(struct line *line, const char *name, uint64_t n)
{
	struct cell cell;

	cell_word(&cell, name);
	brief_grouped(&cell.text, n);
	cell_done(&cell);
	put_whole(line, &cell);
}

static void draw_handshakes(struct draw *draw, const struct live_pair *pair)
{
	struct line *line = draw_line(draw, "");

	line_puts(line, " handshake    ");
	put_percentile(line, "  p50 ", pair->p50_ns);
	put_percentile(line, "  p90 ", pair->p90_ns);
	put_percentile(line, "  p99 ", pair->p99_ns);
	put_percentile(line, "  max ", pair->max_ns);
	put_sum(line, "  retries ", pair->retries);
	put_sum(line, "  failed ", pair->failed);
	draw_next(draw);
}

void draw_pair(struct draw *draw, const struct live_pair *pair, size_t n)
{
	draw_pair_title(draw, pair);
	n--;
	if (n >= 7 && !draw->shows_failures) {
		draw_last_failures(draw, pair);
		n--;
	}
	if (n >= 6) {
		draw_handshakes(draw, pair);
		n--;
	}
	if (n)
		draw_connections(draw, pair, n);
}
