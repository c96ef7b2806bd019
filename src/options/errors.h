/* SPDX-License-Identifier: MIT */
/*
 * Messages about a command line that is wrong: one line, with what may have been meant. All write
 * it to error, and return -EINVAL.
 */
#ifndef OPTIONS_ERRORS_H
#define OPTIONS_ERRORS_H

#include "options/rows.h"

/* Escapes the message: whatever was typed, it stays one line and cannot command the terminal. */
int refuse(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* word: "--name" or "--name=value". No option has that name, or several begin with it. */
int unknown_name(const char *word, struct error *error);
int unknown_letter(unsigned char letter, struct error *error);

/* words: the rest of the command line, NULL-terminated. The first is none of our commands. */
int unknown_command(char **words, struct error *error);

int not_of_command(const struct option_row *row, enum command command, struct error *error);

/*
 * Whether a long name follows a single dash, as in "-port": getopt takes that for letters, but the
 * user meant --port.
 */
bool lacks_dash(const char *word);

#endif
