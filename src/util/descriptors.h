/* SPDX-License-Identifier: MIT */
#ifndef UTIL_DESCRIPTORS_H
#define UTIL_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Puts /dev/null in the place of each standard descriptor that is closed, for a command that is
 * started as well: the next file that is opened would get its number, and messages would go into
 * that file. Returns whether standard output was open; *ret_all: whether all of them are now.
 */
bool descriptors_open_standard(bool *ret_all);

#endif
