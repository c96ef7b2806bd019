// SPDX-License-Identifier: MIT
/*
 * Columns for people, section 5 of the specification. A line never exceeds the width, which is too
 * little for the longest of everything. So name and source share their room, one from the left and
 * one from the right; further on, a cell that is longer than its column begins earlier; and what
 * is still too long is shortened: first the source, then the name, then the destination. What
 * stands to the right keeps its place.
 */
#include "format/format.h"

#include "format/cell.h"
#include "format/fields.h"

#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum column { TIME, PID, COMM, SRC, DST, EVENT, ERROR, LATENCY, COLUMNS };

#define WIDTH_DEFAULT 100
#define IPV4_MAX      21 /* 255.255.255.255:65535 */
#define SRC_MIN	      6	 /* :65535 */

static const char *const names[COLUMNS] = {
	"TIME", "PID", "COMM", "SRC", "DST", "EVENT", "ERROR", "LATENCY",
};

struct layout {
	unsigned int width[COLUMNS], total;
};

struct growth {
	enum column column;
	unsigned int max;
};

/* 80 columns, and what becomes wider, in turn, where there are more: the third row ends at 100. */
static const unsigned int narrowest[COLUMNS] = {12, 7, 8, SRC_MIN, 15, 6, 12, 7};
static const struct growth growths[] = {
	{DST, IPV4_MAX}, {EVENT, 11}, {SRC, 15}, {SRC, IPV4_MAX},
	{COMM, 15},	 {ERROR, 13}, {DST, 47}, {SRC, 47},
};

static struct layout layout_of(unsigned int total)
{
	struct layout layout = {.total = COLUMNS - 1};
	unsigned int more;

	for (int i = 0; i < COLUMNS; i++) {
		layout.width[i] = narrowest[i];
		layout.total += narrowest[i];
	}
	for (size_t i = 0; i < ARRAY_SIZE(growths) && layout.total < total; i++) {
		more = growths[i].max - layout.width[growths[i].column];
		if (more > total - layout.total)
			more = total - layout.total;
		layout.width[growths[i].column] += more;
		layout.total += more;
	}
	return layout;
}

static struct layout layout_for(const struct format_context *ctx)
{
	return layout_of(ctx->width ? ctx->width : WIDTH_DEFAULT);
}

static bool ends_right(int column)
{
	return column == PID || column == SRC || column == LATENCY;
}

/*
 * Where the cells begin: each at its column, or as much earlier as it or one after it needs.
 */
static void place(unsigned int starts[COLUMNS], const struct cell cells[COLUMNS],
		  const struct layout *layout)
{
	unsigned int column = layout->total, end = layout->total + 1;

	for (int i = COLUMNS - 1; i >= 0; i--) {
		column -= layout->width[i];
		starts[i] = end - 1 - cells[i].width;
		if (starts[i] > column && !ends_right(i))
			starts[i] = column;
		/* An event without an error may be as long as if there were no such column. */
		if (i == ERROR && cells[i].width == 1 && cells[EVENT].width > layout->width[EVENT])
			starts[i] += cells[EVENT].width - layout->width[EVENT];
		end = starts[i];
		column -= i ? 1 : 0;
	}
}

static void fill_src(struct cell *cell, const struct conn *conn, unsigned int max)
{
	if (conn->has & CONN_HAS_SRC)
		cell_endpoint(cell, &conn->src, conn->family, NULL, max);
	else
		cell_word(cell, "-");
}

static void fill_dst(struct cell *cell, const struct conn *conn, const struct format_context *ctx,
		     unsigned int max)
{
	cell_endpoint(cell, &conn->dst, conn->family, names_service(ctx->names, conn->dst.port),
		      max);
}

/* Makes *width smaller by up to *over, but not below `least`. */
static void shrink(unsigned int *width, unsigned int *over, unsigned int least)
{
	unsigned int by = *width > least ? *width - least : 0;

	by = by < *over ? by : *over;
	*width -= by;
	*over -= by;
}

static void fill_comm(struct cell *cell, const struct conn *conn, unsigned int max)
{
	if (conn->has & CONN_HAS_PROCESS)
		cell_name(cell, conn->comm, max);
	else
		cell_word(cell, "-");
}

/* Who, from and to where: what can be long. `room` is for all three, spaces included. */
static void fill_ends(struct cell cells[COLUMNS], const struct conn *conn,
		      const struct layout *layout, const struct format_context *ctx,
		      unsigned int room)
{
	unsigned int comm, src, dst, over;

	fill_comm(&cells[COMM], conn, COMM_LEN);
	fill_src(&cells[SRC], conn, CELL_MAX);
	fill_dst(&cells[DST], conn, ctx, CELL_MAX);
	comm = cells[COMM].width;
	src = cells[SRC].width;
	dst = cells[DST].width;
	if (dst < layout->width[DST])
		dst = layout->width[DST]; /* begins where its column does */
	over = comm + src + dst + 2 > room ? comm + src + dst + 2 - room : 0;
	if (!over)
		return;
	shrink(&src, &over, layout->width[SRC]);
	shrink(&comm, &over, layout->width[COMM]);
	shrink(&dst, &over, layout->width[DST]);
	shrink(&src, &over, SRC_MIN);
	fill_comm(&cells[COMM], conn, comm);
	fill_src(&cells[SRC], conn, src);
	fill_dst(&cells[DST], conn, ctx, dst);
}

static void fill_result(struct cell cells[COLUMNS], const struct conn *conn)
{
	cell_word(&cells[EVENT], event_kind_name(conn->kind));
	cell_word(&cells[ERROR], "-");
	if (conn->has & CONN_HAS_ERROR) {
		cell_start(&cells[ERROR]);
		field_errno(&cells[ERROR].text, conn->error);
		cell_done(&cells[ERROR]);
	}
	cell_word(&cells[LATENCY], "-");
	if (conn->has & CONN_HAS_LATENCY) {
		cell_start(&cells[LATENCY]);
		field_duration_short(&cells[LATENCY].text, conn->latency_ns);
		cell_done(&cells[LATENCY]);
	}
	if (conn->repeated) { /* such have no latency */
		cell_start(&cells[LATENCY]);
		buffer_literal(&cells[LATENCY].text, FORMAT_REPEATED);
		buffer_u64(&cells[LATENCY].text, conn->repeated);
		cell_done(&cells[LATENCY]);
	}
}

static void fill_cells(struct cell cells[COLUMNS], const struct conn *conn,
		       const struct layout *layout, const struct format_context *ctx)
{
	unsigned int starts[COLUMNS];

	cell_start(&cells[TIME]);
	field_time_of_day(&cells[TIME].text, conn->time_ns + (uint64_t)ctx->boot_to_utc_ns);
	cell_done(&cells[TIME]);
	if (conn->has & CONN_HAS_PROCESS)
		cell_number(&cells[PID], conn->pid);
	else
		cell_word(&cells[PID], "-");
	fill_result(cells, conn);
	for (int i = COMM; i <= DST; i++)
		cell_start(&cells[i]);
	place(starts, cells, layout);
	fill_ends(cells, conn, layout, ctx, starts[EVENT] - 1 - starts[COMM]);
}

static const char *color_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_FAILED:
		return RED;
	case EVENT_CANCELLED:
	case EVENT_RETRY:
		return YELLOW;
	default:
		return "";
	}
}

static void put_spaces(struct buffer *out, unsigned int n)
{
	while (n--)
		buffer_putc(out, ' ');
}

static void put_line(struct buffer *out, const struct cell cells[COLUMNS],
		     const struct layout *layout, const char *color)
{
	unsigned int starts[COLUMNS], at = 0;

	place(starts, cells, layout);
	for (int i = 0; i < COLUMNS; i++) {
		put_spaces(out, starts[i] > at ? starts[i] - at : 0);
		if (i == EVENT)
			buffer_puts(out, color);
		cell_put(out, &cells[i], 0, false);
		if (i == ERROR && *color)
			buffer_literal(out, PLAIN);
		at = starts[i] + cells[i].width;
	}
	buffer_putc(out, '\n');
}

static void table_event(struct buffer *out, const struct conn *conn,
			const struct format_context *ctx)
{
	struct layout layout = layout_for(ctx);
	struct cell cells[COLUMNS];

	fill_cells(cells, conn, &layout, ctx);
	put_line(out, cells, &layout, ctx->color ? color_of(conn->kind) : "");
}

static void table_header(struct buffer *out, const struct format_context *ctx)
{
	struct layout layout = layout_for(ctx);
	struct cell cells[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		cell_word(&cells[i], names[i]);
	put_line(out, cells, &layout, "");
}

const struct format_ops format_table = {
	.name = "table",
	.event = table_event,
	.header = table_header,
};
