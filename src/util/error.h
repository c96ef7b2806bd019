/* SPDX-License-Identifier: MIT */
/*
 * How a function says what went wrong, where a number says too little: it returns a negative errno,
 * and writes one line for a person, without a newline, to the caller's struct error. Library code
 * logs nothing.
 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include <limits.h>

struct error {
	char text[PATH_MAX + 512]; /* whatever file the line names */
};

/* Writes the line, cut off where there is no more room. Returns err. */
int error_set(struct error *error, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
