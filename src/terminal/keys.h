/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a terminal -> keys, one by one, however they are split over reads. A sequence that means
 * none of our keys, an answer of the terminal's among them, is one KEY_UNKNOWN. Pure.
 */
#ifndef TERMINAL_KEYS_H
#define TERMINAL_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/key.h"

/*
 * The key Esc is the byte that sequences begin with. What a terminal sends of one arrives together;
 * ncurses waits a second for it, vim and tmux far less: over a slow line, a key that was meant to
 * go back is noticed at once.
 */
#define KEYS_ESCAPE_MS 50

/* Zero-initialised: nothing has come. */
struct keys {
	enum {
		KEYS_GROUND,
		KEYS_UTF8,	    /* within a character */
		KEYS_ESCAPE,	    /* Esc, or a sequence */
		KEYS_CSI,	    /* ECMA-48, 5.4: ESC [, parameters, final */
		KEYS_CONSOLE,	    /* ESC [ [, a letter: function keys of Linux's console */
		KEYS_SS3,	    /* ESC O, final */
		KEYS_STRING,	    /* ECMA-48, 5.6: up to ST */
		KEYS_STRING_ESCAPE, /* the first byte of ST */
	} state;
	unsigned int number;   /* KEYS_CSI: its first parameter */
	bool number_over, odd; /* that has ended; the sequence is of none of our forms */
	bool pasted;	       /* between the marks of bracketed paste */
	char bytes[4];	       /* KEYS_UTF8 */
	size_t n, n_whole;
};

/* The next key of the bytes from *at on, which moves behind it; KEY_NONE: all are taken. */
int keys_next(struct keys *keys, const char **at, const char *end);

/* Whether what has come is not whole: after KEYS_ESCAPE_MS without more, keys_timeout() is due. */
bool keys_are_due(const struct keys *keys);

/* What has come so far is all: KEY_ESCAPE, or another as above. */
int keys_timeout(struct keys *keys);

#endif
