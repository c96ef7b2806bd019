/* SPDX-License-Identifier: MIT */
/*
 * What the user sees of live.h, and what keys do to that. Pure: a screen is lines of bytes.
 */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include "top/live.h"
#include "top/rows.h"
#include "util/buffer.h"
#include "util/key.h"
#include "util/lines.h"
#include "util/names.h"

/* What a key asks for that is not the view's to do. */
enum view_action {
	VIEW_NOTHING,
	VIEW_QUIT,
	VIEW_WRITE, /* the table as shown, to a file */
	VIEW_BACK,  /* of a record that is shown again: an interval, likewise those below */
	VIEW_FORTH,
	VIEW_FAR_BACK, /* a minute */
	VIEW_FAR_FORTH,
	VIEW_SUSPEND,
	VIEW_REDRAW, /* something else has written to the terminal */
};

/* What stands around the rows, which the view cannot know. */
struct view_head {
	const char *host;
	uint64_t now_ns;	/* as live.h's times */
	int64_t boot_to_utc_ns; /* of now_ns */
	uint64_t running_ns;	/* since tracing began */
	uint64_t interval_ns;
	double cost;		   /* of a CPU, what top itself takes: 0.014; negative: not known */
	uint64_t lost, missed;	   /* books: all classes but `missed`; and that */
	const char *replay;	   /* the record's name, where one is shown again; else NULL */
	const char *note;	   /* the last line for once: "written to ..."; NULL: none */
	const struct names *names; /* of users; NULL: numbers */
};

struct view;

/* utf8: whether sparklines may have characters beyond ASCII. color: of names. -ENOMEM. */
int view_new(bool utf8, bool color, struct view **ret);
void view_free(struct view *view);

/* What rows are of, until the user says otherwise. */
void view_set_by(struct view *view, enum rows_by by);

/* words: as typed behind `/`. */
void view_set_filter(struct view *view, const char *words);

/*
 * Takes a key; what it changes is seen in the next view_draw(), which takes VIEW_KEYS_MAX of them.
 */
enum view_action view_key(struct view *view, int key);

/* Keys that have come since the last view_draw(): others are lost. */
#define VIEW_KEYS_MAX 256

/* Whether the rows stand still, whatever happens. */
bool view_is_frozen(const struct view *view);

/*
 * Draws the screen: `height` lines, each at most `width` columns wide, with colours of their own.
 * Any size is fine; less than 40x10 shows what fits. Hostile names cannot move the cursor. Returns
 * 0 or -ENOMEM.
 */
int view_draw(struct view *view, const struct live *live, const struct view_head *head,
	      unsigned int width, unsigned int height);

/* As drawn last. */
const struct lines *view_lines(const struct view *view);

/*
 * All rows as text without colours, in the columns that were drawn last: what `w` writes. Returns
 * 0; -ENOBUFS: out is too small; -ENOMEM.
 */
int view_table(struct view *view, const struct live *live, const struct view_head *head,
	       struct buffer *out);

#endif
