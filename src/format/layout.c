// SPDX-License-Identifier: MIT
#include "format/layout.h"

#include "util/array.h"

#define WIDTH_DEFAULT 100
#define IPV4_MAX      21 /* 255.255.255.255:65535 */
#define EVENT_WHOLE   11 /* established */
#define CLOSE_LEAST   12 /* close 1.55ms */

static const char *const names[COLUMNS] = {
	"TIME(UTC)", "PID",	 "COMM", "SRC", "DST",	 "EVENT", "ERROR",
	"LATENCY",   "DURATION", "TX",	 "RX",	"ENDED", "RTT",	  "RETRANS",
};

struct step {
	enum column column;
	unsigned int width;
};

/* 80 columns: a cell that is longer than its column can begin earlier, where there is room. */
static const unsigned int basic[COLUMNS] = {TIME_WHOLE, 7, 8, SRC_MIN, 15, 6, 12, 7};

/* What is left out in turn, where there are fewer (0), or becomes so wide: the last ends at 37. */
static const struct step narrower[] = {
	{SRC, 0}, {PID, 0}, {LATENCY, 0}, {TIME, 9}, {EVENT, EVENT_WHOLE}, {ERROR, 0}, {COMM, 0},
};

/*
 * What becomes wider in turn, where there are more: with the first, every event and IPv4 address
 * has room in 106 columns. The end of a connection comes before the second.
 */
static const struct step wider[] = {{DST, IPV4_MAX}, {EVENT, EVENT_WHOLE}, {SRC, IPV4_MAX}};
static const struct step widest[] = {{COMM, COMM_LEN - 1}, {ERROR, 13}};

/*
 * What the end of a connection gets columns for, and from how many columns of a terminal on. All of
 * them at once: its words in a narrower terminal may have told any of it.
 */
static const struct step ending[] = {{DURATION, 8}, {TX, 5},  {RX, 5},
				     {ENDED, 14},   {RTT, 6}, {RETRANS, 7}};
#define ENDING_FROM 157 /* the columns of 106, and these */

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

/* Wider, up to max, as far as the row allows. */
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
	/* There is a space fewer than columns. */
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
		return layout; /* what is left of the row is for words */
	if (ctx->closes)
		add_columns(&layout, ending, ARRAY_SIZE(ending));
	widen_columns(&layout, widest, ARRAY_SIZE(widest));
	/* No wider than what there was: a gap is hard for the eye to cross. */
	widen(&layout, DST, ctx->dst_width);
	widen(&layout, SRC, ctx->src_width);
	return layout;
}

bool column_ends_right(const struct layout *layout, enum column column)
{
	if (column == SRC)
		return layout->width[SRC] < IPV4_MAX || layout->width[COMM] < COMM_LEN - 1;
	return column == PID || (column >= LATENCY && column != ENDED);
}

const char *column_name(enum column column)
{
	return names[column];
}
