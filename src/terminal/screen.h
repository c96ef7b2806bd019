/* SPDX-License-Identifier: MIT */
/*
 * What is on the terminal: of a screen that is to be there, only the lines that have changed are
 * written, all at once. Pure, but for screen_write().
 */
#ifndef TERMINAL_SCREEN_H
#define TERMINAL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/lines.h"

/* Zero-initialised, nothing is known to be on the terminal. Owns its memory. */
struct screen {
	struct lines shown;
	unsigned int width, height; /* for which they were drawn */
	char *out;		    /* what of it is still to be written */
	size_t out_len, out_at;
};

/*
 * Puts together what is to be written so that these lines are shown, from the top, on a terminal of
 * that size; another size than the last one means all. Each must be for one line, and change back
 * what it changes of colours. Returns 0; -EBUSY, and does nothing, while the last one is still to
 * be written; -ENOMEM.
 */
int screen_draw(struct screen *screen, unsigned int width, unsigned int height,
		const struct lines *lines);

/* Something else may be on the terminal: no more of this one is written, and all of the next. */
void screen_forget(struct screen *screen);

/* Whether something is to be written. */
bool screen_is_behind(const struct screen *screen);

/* Writes as much as fd takes. Returns 0, also where it took only a part; -errno. */
int screen_write(struct screen *screen, int fd);

void screen_free(struct screen *screen);

#endif
