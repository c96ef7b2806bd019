// SPDX-License-Identifier: MIT
#include "format/layout.h"

#include "util/array.h"

#define WIDTH_DEFAULT 100
#define IPV4_MAX      21 /* 255.255.255.255:65535 */
#define EVENT_WHOLE   11 /* established */
#define CLOSE_LEAST   12 /* close 1.55ms */

static const char *const names[COLUMNS] = {
	"TIME(UTC)", "PID", "COMM", "SRC",   "DST", "EVENT",   "ERROR",		 "LATENCY",
	"DURATION",  "TX",  "RX",   "ENDED", "RTT", "RETRANS", "CONTAINER/UNIT", "NAME",
};

struct step {
	enum column column;
	unsigned int width;
};

/*
 * The widths for 80 columns. A cell that is longer than its column begins earlier, if there is
 * room.
 */
static const unsigned int basic[COLUMNS] = {TIME_WHOLE, 7, 8, SRC_MIN, 15, 6, 12, 7};

/*
 * With fewer than 80 columns, these become so wide in turn, or are left out (0). After the last
 * step a row takes 37.
 */
static const struct step narrower[] = {
	{SRC, 0}, {PID, 0}, {LATENCY, 0}, {TIME, 9}, {EVENT, EVENT_WHOLE}, {ERROR, 0}, {COMM, 0},
};

/*
 * With more than 80 columns, these become wider in turn. With the first list, every event and IPv4
 * address has room in 106 columns. The columns of a connection's end come before the second list.
 */
static const struct step wider[] = {{DST, IPV4_MAX}, {EVENT, EVENT_WHOLE}, {SRC, IPV4_MAX}};
static const struct step widest[] = {{COMM, COMM_LEN - 1}, {ERROR, 13}};

/*
 * The columns of a connection's end, all of them at once: in a narrower terminal, the words of
 * close_words() may show any of it.
 */
static const struct step ending[] = {{DURATION, 8}, {TX, 5},  {RX, 5},
				     {ENDED, 14},   {RTT, 6}, {RETRANS, 7}};
#define ENDING_FROM 157 /* the columns of 106, and these */

/* Of a unit's name, which is often longer than the digits of a container. */
#define CONTAINER_LEAST 14 /* CONTAINER/UNIT */
#define CONTAINER_WHOLE 24 /* systemd-resolved.service */

#define NAME_LEAST 14 /* www.debian.org */
#define NAME_WHOLE 40 /* deb.debian.org.lb.example-provider.net */

static void set_width(struct layout *layout, enum column column, unsigned int width)
{
	if (layout->width[column])
		layout->total -= layout->width[column] + 1;
	layout->width[column] = width;
	if (width)
		layout->total += width + 1;
}

static void add_columns(struct layout *layout, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		set_width(layout, steps[i].column, steps[i].width);
}

/* Widens the column up to max, as far as the row allows. */
static void widen(struct layout *layout, enum column column, unsigned int max)
{
	unsigned int width = layout->width[column], room = layout->row - layout->total;

	if (!width || width >= max)
		return;
	set_width(layout, column, max - width < room ? max : width + room);
}

static void widen_columns(struct layout *layout, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		widen(layout, steps[i].column, steps[i].width);
}

struct layout layout_for(const struct format_context *ctx)
{
	/* A row has one space fewer than columns. */
	struct layout layout = {.total = -1u, .row = ctx->width ? ctx->width : WIDTH_DEFAULT};

	for (int i = 0; i < COLUMNS; i++)
		set_width(&layout, (enum column)i, basic[i]);
	for (size_t i = 0; i < ARRAY_SIZE(narrower) && layout.total > layout.row; i++)
		set_width(&layout, narrower[i].column, narrower[i].width);
	if (layout.total > layout.row) {
		layout.row = layout.total;
		return layout;
	}
	if (ctx->closes && !layout.width[ERROR])
		widen(&layout, EVENT, CLOSE_LEAST);
	widen_columns(&layout, wider, ARRAY_SIZE(wider));
	if (ctx->closes && layout.row < ENDING_FROM)
		return layout; /* the rest of the row is for close_words() */
	if (ctx->closes)
		add_columns(&layout, ending, ARRAY_SIZE(ending));
	widen_columns(&layout, widest, ARRAY_SIZE(widest));
	/*
	 * An address column is no wider than its widest cell so far: eyes lose the line in a gap.
	 */
	widen(&layout, DST, ctx->dst_width);
	widen(&layout, SRC, ctx->src_width);
	/* Last of all, so that no address is shortened for it. Who asks for names gets them first.
	 */
	if (ctx->dns && layout.row - layout.total > NAME_LEAST)
		set_width(&layout, NAME, NAME_LEAST);
	if (layout.row - layout.total > CONTAINER_LEAST)
		set_width(&layout, CONTAINER, CONTAINER_LEAST);
	widen(&layout, NAME, NAME_WHOLE);
	widen(&layout, CONTAINER, CONTAINER_WHOLE);
	return layout;
}

bool column_ends_right(const struct layout *layout, enum column column)
{
	if (column == SRC)
		return layout->width[SRC] < IPV4_MAX || layout->width[COMM] < COMM_LEN - 1;
	return column == PID || (column >= LATENCY && column <= RETRANS && column != ENDED);
}

const char *column_name(enum column column)
{
	return names[column];
}
