// SPDX-License-Identifier: MIT
#include "top/draw.h"
#include "util/array.h"

/* So many columns has the longest line of the first one. */
#define HELP_WIDTH 76

static const char *const help[] = {
	" Rows are processes and what they connect to, those with trouble first.",
	"",
	" up down j k      another row            PgUp PgDn Home End  further",
	" Enter            what the row is of     Esc      back; at last: no filter",
	" Tab              keys move below, and back",
	" /                filter: each key takes effect; Enter keeps, Esc clears",
	"                  words must all fit: name, pid, user, 10.0.0.0/8, port,",
	"                  close_wait, ECONNREFUSED, \"port 443\"; !not this; a or b",
	" n s              sort by: trouble open new failed slow bytes name",
	" r                the other way round",
	" g                group by: process exe container user dst network port name",
	" i                also rows at which nothing happens",
	" f                failures, the newest first",
	" z                handshakes of the last minute, the slowest first",
	" p                hold still, and go on",
	" w                write the table to a file",
	" [ ] { }          of a record: a step, a minute, back and forth",
	" Ctrl-L           draw anew              Ctrl-Z   stop for now",
	" q                quit",
	"",
	" OPEN now  NEW/s FAIL/s attempts  RETRY SYNs sent again  P99 of handshakes",
	" TX RX payload  * open before the start  grey: over for less than 10 s",
};

static const char *const short_help[] = {
	" arrows j k  another row",
	" PgUp PgDn Home End  further",
	" Enter  what the row is of",
	" Esc    back; at last: no filter",
	" Tab    keys move below, and back",
	" /      filter: name, pid, port, ...;",
	"        !not this; this or that;",
	"        Enter keeps, Esc clears",
	" n s    sort by something else",
	" r      the other way round",
	" g      group by something else",
	" i      also idle rows",
	" f      failures",
	" z      slow handshakes",
	" p      hold still, and go on",
	" w      write the table to a file",
	" [ ] { } of a record: back, forth",
	" Ctrl-L draw anew",
	" Ctrl-Z stop for now",
	" q      quit",
};

void draw_help(struct draw *draw, size_t n)
{
	bool is_short = draw->view->width < HELP_WIDTH;
	const char *const *text = is_short ? short_help : help;
	size_t n_text = is_short ? ARRAY_SIZE(short_help) : ARRAY_SIZE(help);
	struct scroll *scroll = &draw->view->help_scroll;

	scroll_fit(scroll, n_text, n);
	for (size_t i = 0; i < n; i++) {
		struct line *line = draw_line(draw, "");

		if (scroll->top + i < n_text)
			line_puts(line, text[scroll->top + i]);
		draw_next(draw);
	}
}
