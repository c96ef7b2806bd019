/* SPDX-License-Identifier: MIT */
/* Up to where an output has acknowledged a store, and the text of it that is kept. Pure. */
#ifndef SHIP_PLACE_H
#define SHIP_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "store/list.h"
#include "util/buffer.h"
#include "util/error.h"

/* Of an output, as messages show it. */
#define SHOWN_MAX 1040

/* Of the text, five lines. */
#define PLACE_TEXT_MAX (SHOWN_MAX + 512)

struct place_of {
	char boot[STORE_BOOT_MAX + 1]; /* "": nothing was acknowledged yet */
	uint64_t seq;		       /* the last one that was, of that boot; from 1 on */
};

/* shown: at most SHOWN_MAX bytes, none of which is a control character. */
void place_put(struct buffer *out, const struct place_of *place, const char *shown);

/*
 * Reads it. Returns 0; -EBADMSG: it is damaged, or none; -ENOTSUP: a newer version wrote it;
 * -EXDEV: it is of another output; with what is wrong, as the end of a sentence, in error.
 */
int place_parse(const char *text, size_t size, const char *shown, struct place_of *ret,
		struct error *error);

#endif
