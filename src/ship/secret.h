/* SPDX-License-Identifier: MIT */
/* Files of tokens and headers. What is in them is in no message of an error. */
#ifndef SHIP_SECRET_H
#define SHIP_SECRET_H

#include "util/error.h"

/* Calls take(ctx, line) for each line that has something. Returns what it returns first, or 0. */
typedef int secret_take_fn(void *ctx, const char *line);

/* The token of a file: one line of visible ASCII. Returns 0 and *ret, to be freed, or -errno. */
int secret_token(const char *path, char **ret, struct error *error);

/*
 * The headers of a file, each "Name: value", without the end of its line; # begins a comment.
 * Returns 0 or -errno with a line in error, or what take() has returned.
 */
int secret_headers(const char *path, secret_take_fn *take, void *ctx, struct error *error);

/* Whether the file can be read at all. Returns 0 or -errno. path NULL: 0. */
int secret_check(const char *option, const char *path, struct error *error);

#endif
