/* SPDX-License-Identifier: MIT */
/* The screen of `tpconnect top` as a whole: terminal, keys, view, messages. */
#ifndef COMMANDS_TOP_UI_H
#define COMMANDS_TOP_UI_H

#include <stdbool.h>
#include <sys/utsname.h>

#include "engine/loop.h"
#include "options/options.h"
#include "terminal/keys.h"
#include "terminal/screen.h"
#include "top/live.h"
#include "top/view.h"
#include "util/vector.h"

struct top_ui {
	/* Brings the head up to date, before each drawing; and does what a key asks for. */
	void (*fill_head)(void *ctx, struct view_head *head);
	void (*act)(void *ctx, enum view_action action);
	void *ctx;
	const struct live *live; /* borrowed */

	struct view_head head;
	struct view *view;
	struct screen screen;
	struct keys keys;
	struct loop *loop; /* borrowed */
	int terminal_source;
	struct names *names;
	struct utsname system;
	char note[256];		/* the last message; "": none */
	struct vector messages; /* of char *: shown once the terminal is given back */
	bool is_open;
};

/* Whether there is a terminal; says what to do if not. Returns an exit status. */
int top_ui_check(void);

/*
 * Takes the terminal: messages are shown there from now on. What is set before: the first four
 * members. Says why it cannot; returns an exit status. The caller closes it, opened or not.
 */
int top_ui_open(struct top_ui *ui, const struct options *options, bool color, struct loop *loop);

/* Gives the terminal back, and prints what was said meanwhile. Twice is fine. */
void top_ui_close(struct top_ui *ui);

void top_ui_draw(struct top_ui *ui);

/* When nothing has come for a while: a lone Esc is a key then. */
void top_ui_idle(struct top_ui *ui);

/* Says it in the last line of the screen. */
void top_ui_note(struct top_ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
