// SPDX-License-Identifier: MIT
/* The first line, and that of the filter. */
#include <string.h>

#include "format/brief.h"
#include "format/color.h"
#include "format/fields.h"
#include "top/draw.h"
#include "util/array.h"
#include "util/clock.h"

/* The first line: parts from left to right. Where there is no room, the highest rank goes first. */
struct part {
	struct cell cell;
	unsigned int rank;
	const char *color;
};

enum title_part {
	TITLE_NAME,
	TITLE_HOST,
	TITLE_FROZEN,
	TITLE_REPLAY,
	TITLE_TIME,
	TITLE_INTERVAL,
	TITLE_OPEN,
	TITLE_NEW,
	TITLE_CLOSED,
	TITLE_LOST,
	TITLE_MISSED,
	TITLE_PARTS,
};

struct title {
	struct part parts[TITLE_PARTS];
	bool wide;
};

static void put_per_second(struct cell *cell, const char *what, uint32_t n, uint64_t interval_ns)
{
	struct cell rate;

	rate_cell(&rate, n, interval_ns);
	cell_word(cell, what);
	buffer_put(&cell->text, rate.data, rate.text.len);
	buffer_literal(&cell->text, "/s");
	cell_done(cell);
}

static void put_number(struct cell *cell, const char *what, uint64_t n)
{
	cell_word(cell, what);
	brief_grouped(&cell->text, n);
	cell_done(cell);
}

/* "00:04:12"; hours go on beyond a day. */
static void put_clock(struct buffer *out, uint64_t ns)
{
	uint64_t seconds = ns / NSEC_PER_SEC;

	if (seconds < 36000)
		buffer_putc(out, '0');
	buffer_u64(out, seconds / 3600);
	buffer_putc(out, ':');
	buffer_u64_padded(out, seconds / 60 % 60, 2);
	buffer_putc(out, ':');
	buffer_u64_padded(out, seconds % 60, 2);
}

/* "21:44:37" */
static void put_time_of_day(struct buffer *out, const struct draw *draw)
{
	size_t start = out->len;

	field_time_of_day(out, draw->now_ns + (uint64_t)draw->head->boot_to_utc_ns);
	out->len = start + strlen("21:44:37");
}

static void fill_times(struct title *title, const struct draw *draw)
{
	const struct view_head *head = draw->head;
	struct cell *cell = &title->parts[TITLE_TIME].cell;

	if (head->replay) { /* up to when it is shown is what most is to be known of it */
		title->parts[TITLE_TIME].rank = 4;
		cell_name(&title->parts[TITLE_REPLAY].cell, head->replay, 30);
		cell_start(cell);
		put_time_of_day(&cell->text, draw);
		buffer_literal(&cell->text, " UTC");
	} else {
		cell_word(cell, title->wide ? "up " : "");
		put_clock(&cell->text, head->running_ns);
	}
	cell_done(cell);
	if (draw->view->frozen) {
		cell = &title->parts[TITLE_FROZEN].cell;
		cell_word(cell, "FROZEN at ");
		put_time_of_day(&cell->text, draw);
		cell_done(cell);
	}
}

/* "1s": rounded, as one that was to be a second long was never exactly that. */
static void put_interval(struct buffer *out, uint64_t ns)
{
	uint64_t tenths = (ns + NSEC_PER_SEC / 20) / (NSEC_PER_SEC / 10);

	if (ns < NSEC_PER_SEC / 10) {
		brief_duration(out, ns);
		return;
	}
	buffer_u64(out, tenths / 10);
	if (tenths % 10) {
		buffer_putc(out, '.');
		buffer_u64(out, tenths % 10);
	}
	buffer_putc(out, 's');
}

/* "each 1s, 1.4% of a CPU" */
static void fill_interval(struct title *title, const struct view_head *head)
{
	struct cell *cell = &title->parts[TITLE_INTERVAL].cell;

	cell_word(cell, title->wide ? "each " : "");
	put_interval(&cell->text, head->interval_ns);
	if (title->wide && head->cost >= 0 && head->cost < 1e6) {
		unsigned int per_mille = (unsigned int)(head->cost * 1000 + 0.5);

		buffer_literal(&cell->text, ", ");
		buffer_u64(&cell->text, per_mille / 10);
		buffer_putc(&cell->text, '.');
		buffer_u64(&cell->text, per_mille % 10);
		buffer_literal(&cell->text, "% of a CPU");
	}
	cell_done(cell);
}

static void fill_sums(struct title *title, const struct draw *draw)
{
	const struct live_sums *sums = live_sums(draw->live);
	const struct live_interval *last = &sums->history[LIVE_HISTORY - 1];
	uint64_t interval_ns = draw->head->interval_ns;
	struct cell *open = &title->parts[TITLE_OPEN].cell;

	put_number(open, "open ", sums->n_open);
	if (title->wide) {
		buffer_literal(&open->text, " (");
		brief_grouped(&open->text, sums->n_preexisting);
		buffer_literal(&open->text, " from before)");
		cell_done(open);
		put_per_second(&title->parts[TITLE_CLOSED].cell, "closed ", last->closed,
			       interval_ns);
	}
	put_per_second(&title->parts[TITLE_NEW].cell, "new ", last->begun, interval_ns);
}

/* What was lost is there, and to be seen, whatever else has no room. */
static void fill_loss(struct title *title, const struct view_head *head)
{
	struct part *lost = &title->parts[TITLE_LOST], *missed = &title->parts[TITLE_MISSED];

	put_number(&lost->cell, "lost ", head->lost);
	if (head->lost) {
		lost->color = SGR_BOLD_RED;
		lost->rank = 1;
	}
	if (head->missed || title->wide)
		put_number(&missed->cell, "missed ", head->missed);
	if (head->missed) {
		missed->color = SGR_BOLD_RED;
		missed->rank = 1;
	}
}

static void fill_title(struct title *title, const struct draw *draw)
{
	static const unsigned int ranks[] = {
		[TITLE_NAME] = 6, [TITLE_HOST] = 7,	[TITLE_FROZEN] = 2, [TITLE_REPLAY] = 6,
		[TITLE_TIME] = 8, [TITLE_INTERVAL] = 9, [TITLE_OPEN] = 3,   [TITLE_NEW] = 5,
		[TITLE_LOST] = 5, [TITLE_MISSED] = 9,	[TITLE_CLOSED] = 9,
	};

	for (size_t i = 0; i < TITLE_PARTS; i++) {
		title->parts[i].rank = ranks[i];
		title->parts[i].color = "";
		cell_start(&title->parts[i].cell);
	}
	cell_word(&title->parts[TITLE_NAME].cell, "tpconnect top");
	title->parts[TITLE_NAME].color = SGR_BOLD;
	title->parts[TITLE_FROZEN].color = SGR_YELLOW;
	if (draw->head->host)
		cell_name(&title->parts[TITLE_HOST].cell, draw->head->host, 30);
	fill_times(title, draw);
	fill_interval(title, draw->head);
	fill_sums(title, draw);
	fill_loss(title, draw->head);
}

static unsigned int title_width(const struct title *title, unsigned int gap)
{
	unsigned int width = 0;

	for (size_t i = 0; i < TITLE_PARTS; i++)
		if (title->parts[i].cell.width)
			width += title->parts[i].cell.width + (width ? gap : 0);
	return width;
}

static void drop_part(struct title *title)
{
	struct part *drop = title->parts;

	for (size_t i = 0; i < TITLE_PARTS; i++)
		if (title->parts[i].cell.width &&
		    (!drop->cell.width || title->parts[i].rank >= drop->rank))
			drop = &title->parts[i];
	cell_start(&drop->cell);
}

void draw_title(struct draw *draw)
{
	struct title title = {.wide = draw->view->width >= DRAW_WIDE};
	struct line *line = draw_line(draw, "");
	unsigned int gap;

	fill_title(&title, draw);
	while (title_width(&title, 2) > line->max && title_width(&title, 0) > 0)
		drop_part(&title);
	gap = title_width(&title, 3) > line->max ? 2 : 3;
	for (size_t i = 0; i < TITLE_PARTS; i++) {
		const struct part *part = &title.parts[i];

		if (!part->cell.width)
			continue;
		if (line->width)
			line_to(line, line->width + gap);
		line_color(line, part->color);
		line_cell(line, &part->cell, 0, false);
		line_plain(line);
	}
	draw_next(draw);
}

/* "by process  sorted by new, reversed  ", as far as it is not what it is at first. */
static void put_how(struct cell *cell, const struct draw *draw)
{
	const struct view *view = draw->view;

	cell_start(cell);
	if (!view->inside && view->by != ROWS_PAIR) {
		buffer_literal(&cell->text, "by ");
		buffer_puts(&cell->text, rows_by_name(view->by));
		buffer_literal(&cell->text, "  ");
	}
	if (view->order != ORDER_TROUBLE || view->reverse) {
		buffer_literal(&cell->text, "sorted by ");
		buffer_puts(&cell->text, rows_order_name(view->order));
		buffer_puts(&cell->text, view->reverse ? ", reversed  " : "  ");
	}
	if (view->idle)
		buffer_literal(&cell->text, "with idle  ");
	cell_done(cell);
}

/* "of nginx[8120]  " */
static void put_inside(struct cell *cell, const struct draw *draw)
{
	const struct view *view = draw->view;
	struct cell name;

	cell_word(cell, "");
	if (!view->inside)
		return;
	group_cell(&name, view->of_by, &view->of.pair, draw->head->names, 30);
	buffer_literal(&cell->text, "of ");
	buffer_put(&cell->text, name.data, name.text.len);
	buffer_literal(&cell->text, "  ");
	cell->width = name.width + 5;
}

/* "3 of 17 rows" */
static void put_rows(struct cell *cell, const struct view *view)
{
	size_t n = rows_n(view->rows), all = rows_all(view->rows);

	cell_start(cell);
	brief_grouped(&cell->text, n);
	if (n != all) {
		buffer_literal(&cell->text, " of ");
		brief_grouped(&cell->text, all);
	}
	buffer_puts(&cell->text, all == 1 ? " row" : " rows");
	cell_done(cell);
}

static const char *filter_hint(unsigned int width)
{
	if (width >= DRAW_WIDE)
		return "filter (name, pid, user, address, CIDR, port, state, error; all words must "
		       "fit, no !word may)";
	return width >= 70 ? "filter (name, pid, address, port, ...)" : "filter";
}

/* Of what is too long for the line, the end, which is what is being typed. */
static void put_words(struct line *line, const struct view *view)
{
	unsigned int room = line->max > 4 ? line->max - 3 : 1;
	struct cell words;

	cell_path(&words, "", view->filter, room);
	line_color(line, SGR_BOLD);
	line_cell(line, &words, 0, false);
	if (view->typing)
		line_puts(line, "_");
	line_plain(line);
}

/* At the right end, what fits of them, the last first. */
static void put_right(struct line *line, const struct cell *cells, size_t n)
{
	unsigned int room = line->width + 2 < line->max ? line->max - line->width - 2 : 0;
	unsigned int width = 0;
	size_t first = n;

	while (first && width + cells[first - 1].width <= room)
		width += cells[--first].width;
	line_to(line, line->max - width);
	for (; first < n; first++)
		line_cell(line, &cells[first], 0, false);
}

void draw_filter(struct draw *draw)
{
	const struct view *view = draw->view;
	struct line *line = draw_line(draw, "");
	struct cell right[3];

	line_puts(line, "/ ");
	if (view->typing || *view->filter)
		put_words(line, view);
	else
		line_puts(line, filter_hint(line->max));
	put_how(&right[0], draw);
	put_inside(&right[1], draw);
	put_rows(&right[2], view);
	put_right(line, right, ARRAY_SIZE(right));
	draw_next(draw);
}
