/* SPDX-License-Identifier: MIT */
/* Where a store is damaged: each place once, however often it is come upon. Pure. */
#ifndef STORE_DAMAGE_H
#define STORE_DAMAGE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define DAMAGE_TEXTS	8 /* so many are named */
#define DAMAGE_TEXT_MAX (PATH_MAX + 160)

/* Zero-initialised, there is none. */
struct damage {
	uint64_t n, bytes; /* places that are over, and what they have */
	uint64_t from, to; /* the place that may grow; what is before `to` is counted */
	char texts[DAMAGE_TEXTS][DAMAGE_TEXT_MAX];
	size_t n_texts, n_told;
};

/* Bytes of the segment, in order. What follows the place before without a gap is of that place. */
void damage_add(struct damage *damage, uint64_t at, uint64_t size);
/* What comes now is whole. name: of the segment's file. */
void damage_end(struct damage *damage, const char *name);
/* Another segment follows. */
void damage_leave(struct damage *damage, const char *name);

/* A line of its own; beyond DAMAGE_TEXTS of all lines, none is kept. */
void damage_say(struct damage *damage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The next line that was not taken, or NULL. */
const char *damage_take(struct damage *damage);

#endif
