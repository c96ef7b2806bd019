// SPDX-License-Identifier: MIT
/* What keys do to a view. */
#include <limits.h>
#include <string.h>

#include "top/view_state.h"
#include "util/utf8.h"

/* To the end of any list. */
#define FAR (LONG_MAX / 2)

/* Moving */

static void scroll_by(struct scroll *scroll, long by)
{
	if (by < 0)
		scroll->top -= (size_t)-by < scroll->top ? (size_t)-by : scroll->top;
	else if (scroll->top < FAR)
		scroll->top += (size_t)by; /* the end is known when it is drawn */
}

/* How far the key moves in a list of which so many lines are shown; 0: it does not. */
static long distance(int key, size_t height)
{
	long page = height > 1 ? (long)height - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		return -1;
	case KEY_DOWN:
	case 'j':
		return 1;
	case KEY_PAGE_UP:
		return -page;
	case KEY_PAGE_DOWN:
		return page;
	case KEY_HOME:
		return -FAR;
	case KEY_END:
		return FAR;
	default:
		return 0;
	}
}

static bool move(struct draw *draw, int key)
{
	struct view *view = draw->view;
	long by = distance(key, view->in_pane ? view->pane_scroll.height : view->table.height);

	if (!by)
		return false;
	if (view->in_pane)
		scroll_by(&view->pane_scroll, by);
	else if (key == KEY_HOME)
		select_first(view);
	else
		move_selection(draw, by);
	return true;
}

/* Typing */

/* Takes away the last character, or the last word and the spaces behind it. */
static void erase(char *filter, bool word)
{
	size_t len = strlen(filter);

	while (word && len && filter[len - 1] == ' ')
		len--;
	while (len && (!word || filter[len - 1] != ' ')) {
		bool is_first = ((unsigned char)filter[--len] & 0xc0) != 0x80;

		if (is_first && !word)
			break;
	}
	filter[len] = '\0';
}

static void append(char *filter, uint32_t code_point)
{
	size_t len = strlen(filter);
	char bytes[4];
	size_t n = utf8_of(code_point, bytes);

	if (len + n >= FILTER_MAX)
		return;
	memcpy(filter + len, bytes, n);
	filter[len + n] = '\0';
}

static void type(struct draw *draw, int key)
{
	struct view *view = draw->view;

	switch (key) {
	case KEY_ESCAPE:
		*view->filter = '\0';
		/* fall through */
	case KEY_ENTER:
		view->typing = false;
		break;
	case KEY_BACKSPACE:
		erase(view->filter, false);
		break;
	case KEY_CTRL('W'):
		erase(view->filter, true);
		break;
	case KEY_CTRL('U'):
		*view->filter = '\0';
		break;
	default:
		if (key >= KEY_UP)
			move(draw, key);
		else if (!is_control((uint32_t)key))
			append(view->filter, (uint32_t)key);
	}
	remake_rows(draw);
}

/* Going in and out */

static void show_pane(struct view *view, enum pane pane, bool in_pane)
{
	view->pane = pane;
	view->in_pane = in_pane;
	view->pane_scroll.top = 0;
}

static void group_by(struct draw *draw, enum rows_by by)
{
	draw->view->by = by;
	select_first(draw->view);
	remake_rows(draw);
}

static void leave_row(struct draw *draw)
{
	struct view *view = draw->view;

	view->inside = false;
	group_by(draw, view->of_by);
	/* The row that was left is selected. */
	view->chosen = true;
	if (!draw->err)
		draw->err = kept_set(&view->chosen_pair, &view->of.pair);
}

/* A row of several pairs becomes all there is; one of a single pair has only its connections. */
static void open_row(struct draw *draw)
{
	struct view *view = draw->view;
	const struct row *row = selected_row(draw);

	if (!row)
		return;
	if (view->by == ROWS_PAIR) {
		show_pane(view, PANE_ROW, true);
		return;
	}
	if (!draw->err)
		draw->err = kept_set(&view->of, row->pair);
	view->of_by = view->by;
	view->inside = true;
	show_pane(view, PANE_ROW, false);
	group_by(draw, ROWS_PAIR);
}

static void go_back(struct draw *draw)
{
	struct view *view = draw->view;

	if (view->in_pane || view->pane != PANE_ROW) {
		show_pane(view, PANE_ROW, false);
	} else if (view->inside) {
		leave_row(draw);
	} else {
		*view->filter = '\0';
		remake_rows(draw);
	}
}

/* What else the one letter means */

static void freeze(struct draw *draw)
{
	struct view *view = draw->view;

	if (view->frozen) {
		live_free(view->frozen);
		view->frozen = NULL;
	} else if (!draw->err) {
		draw->err = live_copy(draw->live, &view->frozen);
		view->frozen_ns = draw->head->now_ns;
	}
	show_live(draw);
}

static void toggle_pane(struct view *view, enum pane pane)
{
	bool is_shown = view->pane == pane;

	show_pane(view, is_shown ? PANE_ROW : pane, !is_shown);
}

static void press(struct draw *draw, int key)
{
	struct view *view = draw->view;

	switch (key) {
	case '/':
		view->typing = true;
		break;
	case 'n':
	case 's':
		view->order = (view->order + 1) % ORDER_END;
		break;
	case 'r':
		view->reverse = !view->reverse;
		break;
	case 'i':
		view->idle = !view->idle;
		break;
	case 'g':
		if (view->inside)
			leave_row(draw);
		group_by(draw, (view->by + 1) % ROWS_BY_END);
		break;
	case 'p':
		freeze(draw);
		break;
	case 'f':
		toggle_pane(view, PANE_FAILURES);
		break;
	case 'z':
		toggle_pane(view, PANE_SLOW);
		break;
	case '?':
		view->help = true;
		view->help_scroll.top = 0;
		break;
	case KEY_TAB:
		view->in_pane = !view->in_pane;
		break;
	case KEY_ENTER:
		open_row(draw);
		return;
	case KEY_ESCAPE:
		go_back(draw);
		return;
	default:
		move(draw, key);
		return;
	}
	remake_rows(draw);
}

static void read_help(struct view *view, int key)
{
	long by = distance(key, view->help_scroll.height);

	if (by)
		scroll_by(&view->help_scroll, by);
	else
		view->help = false;
}

void take_keys(struct draw *draw)
{
	struct view *view = draw->view;

	for (size_t i = 0; i < view->n_keys; i++) {
		if (view->typing)
			type(draw, view->keys[i]);
		else if (view->help)
			read_help(view, view->keys[i]);
		else
			press(draw, view->keys[i]);
	}
	view->n_keys = 0;
	view->will_type = view->typing;
	view->will_help = view->help;
}

/* What is not the view's to do. */
static enum view_action action_of(int key)
{
	switch (key) {
	case 'q':
		return VIEW_QUIT;
	case 'w':
		return VIEW_WRITE;
	case '[':
		return VIEW_BACK;
	case ']':
		return VIEW_FORTH;
	case '{':
		return VIEW_FAR_BACK;
	case '}':
		return VIEW_FAR_FORTH;
	default:
		return VIEW_NOTHING;
	}
}

/* Whatever is shown. */
static enum view_action control_action_of(int key)
{
	switch (key) {
	case KEY_CTRL('C'):
		return VIEW_QUIT;
	case KEY_CTRL('L'):
		return VIEW_REDRAW;
	case KEY_CTRL('Z'):
		return VIEW_SUSPEND;
	default:
		return VIEW_NOTHING;
	}
}

/* What take_keys() will make of the key, as far as it decides what a later one means. */
static void foresee(struct view *view, int key)
{
	if (view->will_type)
		view->will_type = key != KEY_ENTER && key != KEY_ESCAPE;
	else if (view->will_help)
		view->will_help = distance(key, 1);
	else if (key == '/')
		view->will_type = true;
	else
		view->will_help = key == '?';
}

enum view_action view_key(struct view *view, int key)
{
	enum view_action action = control_action_of(key);

	if (!action && !view->will_type && !view->will_help)
		action = action_of(key);
	if (action || view->n_keys == VIEW_KEYS_MAX || key == KEY_NONE || key == KEY_UNKNOWN)
		return action;
	foresee(view, key);
	view->keys[view->n_keys++] = key;
	return VIEW_NOTHING;
}
