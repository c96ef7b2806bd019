// SPDX-License-Identifier: MIT
#include "format/layout.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define WIDTH_DEFAULT 100
#define IPV4_MAX      21 /* 255.255.255.255:65535 */
#define EVENT_WHOLE   11 /* established */

static const char *const names[COLUMNS] = {
	"TIME(UTC)", "PID",	 "COMM", "SRC", "DST", "EVENT",	  "ERROR",
	"LATENCY",   "DURATION", "TX",	 "RX",	"RTT", "RETRANS", "ENDED",
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

/* What becomes wider in turn, where there are more: the third ends at 100. */
static const struct step wider[] = {
	{DST, IPV4_MAX}, {EVENT, EVENT_WHOLE}, {SRC, 15},
	{SRC, IPV4_MAX}, {COMM, COMM_LEN - 1}, {ERROR, 13},
};

/* What the end of a connection gets columns for, and from how many columns of a terminal on. */
static const struct step numbers[] = {{DURATION, 8}, {TX, 5}, {RX, 5}, {RTT, 6}};
static const struct step ending[] = {{RETRANS, 7}, {ENDED, 14}};
#define NUMBERS_FROM 128 /* the columns of 100, and these */
#define ENDING_FROM  157 /* likewise; and any IPv4 address as the source */

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

/* Wider, up to max, as far as `total` allows. */
static void widen(struct layout *layout, enum column column, unsigned int max, unsigned int total)
{
	unsigned int width = layout->width[column], room = total - layout->total;

	if (!width || width >= max)
		return;
	set_width(layout, column, max - width < room ? max : width + room);
}

struct layout layout_for(const struct format_context *ctx)
{
	unsigned int total = ctx->width ? ctx->width : WIDTH_DEFAULT;
	struct layout layout = {.total = -1u}; /* there is a space fewer than columns */

	for (int i = 0; i < COLUMNS; i++)
		set_width(&layout, (enum column)i, basic[i]);
	for (size_t i = 0; i < ARRAY_SIZE(narrower) && layout.total > total; i++)
		set_width(&layout, narrower[i].column, narrower[i].width);
	if (layout.total > total)
		return layout;
	if (ctx->closes && total >= NUMBERS_FROM)
		add_columns(&layout, numbers, ARRAY_SIZE(numbers));
	if (ctx->closes && total >= ENDING_FROM)
		add_columns(&layout, ending, ARRAY_SIZE(ending));
	for (size_t i = 0; i < ARRAY_SIZE(wider); i++)
		widen(&layout, wider[i].column, wider[i].width, total);
	/* No wider than what there was: a gap is hard for the eye to cross. */
	widen(&layout, DST, ctx->dst_width, total);
	widen(&layout, SRC, ctx->src_width, total);
	return layout;
}

bool column_ends_right(const struct layout *layout, enum column column)
{
	if (column == SRC)
		return layout->width[SRC] < IPV4_MAX || layout->width[COMM] < COMM_LEN - 1;
	return column == PID || (column >= LATENCY && column <= RETRANS);
}

const char *column_name(enum column column)
{
	return names[column];
}
