// SPDX-License-Identifier: MIT
/*
 * Columns for people: docs/spec.md, 5. A line never exceeds the width, which is too
 * little for the longest of everything. So name and source share their room, one from the left and
 * one from the right; further on, a cell that is longer than its column begins earlier; and what
 * is still too long is shortened: first the source, then the name, then the destination. What
 * stands to the right keeps its place.
 */
#include "format/format.h"

#include <string.h>

#include "format/cell.h"
#include "format/close.h"
#include "format/color.h"
#include "format/dns.h"
#include "format/fields.h"
#include "format/layout.h"
#include "format/who.h"

#define COMM_MIN 3 /* In fewer columns, a name says nothing. */

/*
 * Finds where each cell begins: at its column, or earlier if it or a cell behind it needs the room.
 */
static void place(unsigned int starts[COLUMNS], const struct cell cells[COLUMNS],
		  const struct layout *layout)
{
	unsigned int column = layout->total + 1, end = column;

	for (int i = COLUMNS - 1; i >= 0; i--) {
		bool right = column_ends_right(layout, (enum column)i);

		if (!layout->width[i])
			continue;
		column -= layout->width[i] + 1;
		if (right && end > column + layout->width[i] + 1)
			end = column + layout->width[i] + 1;
		starts[i] = end - 1 - cells[i].width;
		if (starts[i] > column && !right)
			starts[i] = column;
		/* Without an error, the event may take the room of the ERROR column as well. */
		if (i == ERROR && cells[i].width == 1 && cells[EVENT].width > layout->width[EVENT])
			starts[i] += cells[EVENT].width - layout->width[EVENT];
		end = starts[i];
	}
}

/* The column of the terminal at which the table's column begins. */
static unsigned int column_start(const struct layout *layout, enum column column)
{
	unsigned int start = 0;

	for (int i = 0; i < (int)column; i++)
		start += layout->width[i] ? layout->width[i] + 1 : 0;
	return start;
}

/* Fills the cells that can be long (name, source, destination), in at most max columns. */
static void fill_end(struct cell *cell, int column, const struct event *event,
		     const struct format_context *ctx, unsigned int max)
{
	if (column == DST)
		cell_endpoint(cell, &event->dst, event->family,
			      names_service(ctx->names, event->dst.port), max);
	else if (column == SRC && event->has & EVENT_HAS_SRC)
		cell_endpoint(cell, &event->src, event->family, NULL, max);
	else if (column == COMM && event->has & EVENT_HAS_PROCESS)
		cell_name(cell, event->comm, max);
	else
		cell_word(cell, "-");
}

/* Fills name, source and destination so that they end before `end`, a column of the terminal. */
static void fill_ends(struct cell cells[COLUMNS], const struct event *event,
		      const struct layout *layout, const struct format_context *ctx,
		      unsigned int end)
{
	unsigned int width[COLUMNS] = {0}, dst_start = column_start(layout, DST), used = 0, over;

	for (int i = COMM; i <= DST; i++) {
		cell_start(&cells[i]);
		if (!layout->width[i])
			continue;
		fill_end(&cells[i], i, event, ctx, CELL_MAX);
		width[i] = cells[i].width;
		used += width[i] + 1;
	}
	if (dst_start + width[DST] < end) { /* it begins at its column */
		used += end - dst_start - width[DST];
		width[DST] = end - dst_start;
	}
	used += column_start(layout, COMM);
	over = used > end + 1 ? used - end - 1 : 0;
	if (!over)
		return;
	cell_shrink(&width[SRC], &over, layout->width[SRC]);
	cell_shrink(&width[COMM], &over, layout->width[COMM]);
	cell_shrink(&width[DST], &over, layout->width[DST]);
	cell_shrink(&width[SRC], &over, SRC_MIN);
	cell_shrink(&width[COMM], &over, COMM_MIN);
	cell_shrink(&width[DST], &over, SRC_MIN);
	for (int i = COMM; i <= DST; i++)
		if (layout->width[i])
			fill_end(&cells[i], i, event, ctx, width[i]);
	if (over)
		cell_start(&cells[COMM]); /* there is still no room: the name is left out */
}

static void fill_time(struct cell *cell, const struct event *event, const struct layout *layout,
		      const struct format_context *ctx)
{
	cell_start(cell);
	field_time_of_day(&cell->text, event->time_ns + (uint64_t)ctx->boot_to_utc_ns);
	if (layout->width[TIME] < TIME_WHOLE)
		cell->text.len = strlen("12:34:56");
	cell_done(cell);
}

static void fill_result(struct cell cells[COLUMNS], const struct event *event)
{
	cell_word(&cells[EVENT], event_kind_name(event->kind));
	cell_word(&cells[ERROR], "-");
	if (event->has & EVENT_HAS_ERROR) {
		cell_start(&cells[ERROR]);
		field_errno(&cells[ERROR].text, event->error);
		cell_done(&cells[ERROR]);
	}
	/* A retry has an error if its SYN could not leave. */
	cell_word(&cells[LATENCY], event->kind == EVENT_RETRY && event->not_sent ? "unsent" : "-");
	if (event->has & EVENT_HAS_LATENCY) {
		cell_start(&cells[LATENCY]);
		field_duration_short(&cells[LATENCY].text, event->latency_ns);
		cell_done(&cells[LATENCY]);
	}
	if (event->repeated) { /* such have no latency */
		cell_start(&cells[LATENCY]);
		buffer_literal(&cells[LATENCY].text, "repeated=");
		buffer_u64(&cells[LATENCY].text, event->repeated);
		cell_done(&cells[LATENCY]);
	}
}

/* What it has carried, and the like. */
static bool has_numbers(const struct event *event)
{
	return event->kind == EVENT_CLOSE || event->kind == EVENT_OPEN;
}

/*
 * The end of a connection without columns of its own, or one that is open: its words take the row
 * from the EVENT column on, as it has no latency. *layout becomes that of such a row.
 */
static void fill_close(struct cell *cell, const struct event *event, struct layout *layout)
{
	layout->width[EVENT] = layout->row - column_start(layout, EVENT);
	layout->width[ERROR] = layout->width[LATENCY] = 0;
	layout->width[CONTAINER] = layout->width[NAME] = 0;
	layout->total = layout->row;
	close_words(cell, event, layout->width[EVENT]);
}

/*
 * Makes a column for the number of events that the line stands for, where there is none for
 * latency.
 */
static void make_room_for_repeated(struct layout *layout)
{
	enum column last = layout->width[ERROR] ? ERROR : EVENT;

	layout->width[LATENCY] = 4;
	layout->width[last] -= layout->width[LATENCY] + 1;
}

/* Fills the cells. If the line's columns are not those of the header, *layout changes as well. */
static void fill_cells(struct cell cells[COLUMNS], const struct event *event, struct layout *layout,
		       const struct format_context *ctx)
{
	unsigned int starts[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		cell_start(&cells[i]);
	fill_time(&cells[TIME], event, layout, ctx);
	if (event->has & EVENT_HAS_PROCESS)
		cell_number(&cells[PID], event->pid);
	else
		cell_word(&cells[PID], "-");
	fill_result(cells, event);
	if (layout->width[CONTAINER])
		who_place_cell(&cells[CONTAINER], event, layout->width[CONTAINER]);
	if (layout->width[NAME] && event->names)
		dns_cell(&cells[NAME], event->names, layout->width[NAME]);
	if (has_numbers(event) && layout->width[DURATION])
		close_fill(cells, event);
	else if (has_numbers(event))
		fill_close(&cells[EVENT], event, layout);
	else if (event->repeated && !layout->width[LATENCY])
		make_room_for_repeated(layout);
	place(starts, cells, layout);
	fill_ends(cells, event, layout, ctx, starts[EVENT] - 1);
}

/* A row has no spaces at its end, so that copying and searching take just its text. */
static void put_line(struct buffer *out, const struct cell cells[COLUMNS],
		     const struct layout *layout, const char *color)
{
	int colored_last = layout->width[ERROR] ? ERROR : EVENT;
	unsigned int starts[COLUMNS], at = 0;

	place(starts, cells, layout);
	for (int i = 0; i < COLUMNS; i++) {
		if (!layout->width[i] || !cells[i].width)
			continue;
		buffer_spaces(out, starts[i] > at ? starts[i] - at : 0);
		if (i == EVENT)
			buffer_puts(out, color);
		cell_put(out, &cells[i], 0, false);
		if (i == colored_last && *color)
			buffer_literal(out, SGR_PLAIN);
		at = starts[i] + cells[i].width;
	}
	buffer_putc(out, '\n');
}

static void table_event(struct buffer *out, const struct event *event,
			const struct format_context *ctx)
{
	struct layout layout = layout_for(ctx);
	struct cell cells[COLUMNS];

	fill_cells(cells, event, &layout, ctx);
	put_line(out, cells, &layout, ctx->color ? kind_color(event->kind) : "");
}

static void table_header(struct buffer *out, const struct format_context *ctx)
{
	struct layout layout = layout_for(ctx);
	struct cell cells[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		cell_word(&cells[i], column_name((enum column)i));
	put_line(out, cells, &layout, "");
}

static void widen(unsigned int *width, const struct cell *cell)
{
	if (cell->width > *width)
		*width = cell->width;
}

static bool table_fit(const struct event *event, struct format_context *ctx)
{
	struct layout before = layout_for(ctx), after;
	struct cell cell;

	if (before.total >= ctx->width && !before.width[CONTAINER] && !before.width[NAME])
		return false; /* the row is full: no column can become wider */
	fill_end(&cell, DST, event, ctx, ADDRESS_MAX);
	widen(&ctx->dst_width, &cell);
	fill_end(&cell, SRC, event, ctx, ADDRESS_MAX);
	widen(&ctx->src_width, &cell);
	after = layout_for(ctx);
	return memcmp(&after, &before, sizeof(after)) != 0;
}

const struct format_ops format_table = {
	.name = "table",
	.event = table_event,
	.header = table_header,
	.fit = table_fit,
};
