/* SPDX-License-Identifier: MIT */
/*
 * What is said of a command line that is wrong: one line, with what may have been meant. All return
 * -EINVAL, the line in error.
 */
#ifndef OPTIONS_ERRORS_H
#define OPTIONS_ERRORS_H

#include "options/rows.h"

/* The line can break neither the terminal nor into two, whatever was typed. */
int refuse(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* word: "--name" or "--name=value", and there is no option of that name; or it is too short. */
int unknown_name(const char *word, struct error *error);
int unknown_letter(unsigned char letter, struct error *error);

/* words: of the command line, NULL-terminated; the first is no command of ours. */
int unknown_command(char **words, struct error *error);

int not_of_command(const struct option_row *row, enum command command, struct error *error);

/* "-port": letters to getopt, but hardly to who typed it. */
bool lacks_dash(const char *word);

#endif
