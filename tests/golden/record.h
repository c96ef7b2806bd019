/* SPDX-License-Identifier: MIT */
/* Records as the kernel side would send them, from key=value words. */
#ifndef GOLDEN_RECORD_H
#define GOLDEN_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "contract/attempt.h"
#include "contract/open.h"

union event_record {
	struct attempt_record base;
	struct close_record close;
	struct open_record open;
};

/* Where in the file the case began that is being read: for messages. */
struct place {
	const char *path;
	unsigned int line;
};

void __attribute__((format(printf, 2, 3), noreturn))
die(const struct place *place, const char *format, ...);

#define KEY_MAX 32

/*
 * A word, key=value or key alone: *s moves past it and past the spaces behind it. The value is
 * unquoted into value, which has room for the rest of the line, and NUL-terminated, though it may
 * hold a NUL. Returns its length; -1: there is no value.
 */
long read_word(const char **s, char key[KEY_MAX], char *value, const struct place *place);

/* A decimal number. */
uint64_t parse_number(const char *text, const struct place *place);

/* What a record does not mention is 0, except for `origin`, which is connect. */
union event_record read_record(const char *line, const struct place *place);

#endif
