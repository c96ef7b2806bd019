/* SPDX-License-Identifier: MIT */
/* How the room says what went wrong. */
#ifndef PROBE_ERROR_H
#define PROBE_ERROR_H

/* Writes a line, without a newline, to error (PROBE_ERROR_MAX bytes). Returns err. */
int probe_error(char *error, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
