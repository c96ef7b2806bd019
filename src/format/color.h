/* SPDX-License-Identifier: MIT */
/* Colors of a terminal: ECMA-48, 8.3.117, select graphic rendition. Pure. */
#ifndef FORMAT_COLOR_H
#define FORMAT_COLOR_H

#include "model/event.h"

#define SGR_BOLD     "\033[1m"
#define SGR_DIM	     "\033[2m"
#define SGR_REVERSE  "\033[7m"
#define SGR_RED	     "\033[31m"
#define SGR_BOLD_RED "\033[1;31m"
#define SGR_GREEN    "\033[32m"
#define SGR_YELLOW   "\033[33m"
#define SGR_PLAIN    "\033[0m"

/* The color of an event of this kind, so that failures are seen first; "": none. */
const char *kind_color(enum event_kind kind);

#endif
