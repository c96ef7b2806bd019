/* SPDX-License-Identifier: MIT */
/* How much room a character takes on a terminal, whatever the locale. Pure. */
#ifndef UTIL_WIDTH_H
#define UTIL_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

/* Columns: 2 of what is wide in East Asia, emoji included; 0 of marks; else 1. */
unsigned int char_width(uint32_t code_point);

/*
 * Whether it shows nothing itself: it changes how others are shown, such as the direction of text,
 * what is joined, which form an emoji has; or fills a place in a syllable of Hangul. Terminals
 * differ in how they take them.
 */
bool char_steers(uint32_t code_point);

#endif
