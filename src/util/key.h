/* SPDX-License-Identifier: MIT */
/* Keys: what a terminal's bytes mean (terminal/keys.h), and what a screen makes of them. */
#ifndef UTIL_KEY_H
#define UTIL_KEY_H

enum key_code {
	KEY_NONE = 0,
	/* 1 to 0x10ffff: a character; of control characters KEY_CTRL('C') and the like */
	KEY_UP = 0x110000,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_ENTER,
	KEY_ESCAPE,
	KEY_BACKSPACE,
	KEY_TAB,
	KEY_UNKNOWN,
};

/* letter: in capitals. */
#define KEY_CTRL(letter) ((letter) - '@')

#endif
