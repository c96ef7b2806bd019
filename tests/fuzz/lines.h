/* SPDX-License-Identifier: MIT */
/* What is demanded of a formatted line, by readers other than ours. */
#ifndef FUZZ_LINES_H
#define FUZZ_LINES_H

#include <jansson.h>

#include "contract/attempt.h"
#include "format/format.h"
#include "fuzz/check.h"

struct line {
	char text[FORMAT_LINE_MAX];
	struct buffer buffer;
};

#define check_line(line, condition, what)                                                          \
	check(condition, "%s: %.*s", what, (int)(line)->buffer.len, (line)->text)

void start_line(struct line *line);

/* Exactly one line, of characters that no terminal obeys. */
void check_one_line(const struct line *line);

/*
 * An address as people write it, read by inet_pton, is those 16 bytes, and in the form of RFC 5952.
 * glibc writes that too, but for the old `::192.0.2.1`, which RFC 4291 gave up.
 */
void check_address(const char *text, const __u8 addr[16]);

/* It is the text line of an event of that attempt. */
void check_text(const struct line *line, const struct attempt *a);

/* Likewise the JSON line. */
void check_json(const struct line *line, const struct attempt *a);

/* One object of plain values, no key twice: to be freed with json_decref(). */
json_t *parse_json(const struct line *line);

void check_json_integer(const json_t *object, const char *key, uint64_t expected);

/* A name of valid UTF-8 comes out as it went in. */
void check_json_name(const json_t *object, const char *key, const char *expected);

#endif
