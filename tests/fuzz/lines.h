/* SPDX-License-Identifier: MIT */
/* What is demanded of a formatted line, by readers other than ours. */
#ifndef FUZZ_LINES_H
#define FUZZ_LINES_H

#include <jansson.h>

#include "contract/attempt.h"
#include "format/format.h"
#include "fuzz/check.h"
#include "fuzz/who.h"

struct line {
	/* No more bytes of texts come from struct who_input. */
	char text[FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * (WHO_TEXTS * WHO_TEXT_MAX + 64)];
	struct buffer buffer;
};

#define check_line(line, condition, what)                                                          \
	check(condition, "%s: %.*s", what, (int)(line)->buffer.len, (line)->text)

void start_line(struct line *line);

/* Exactly one line of max bytes at most, of characters that no terminal obeys. */
void check_one_line(const struct line *line, size_t max);

/*
 * An address as people write it, read by inet_pton, is those 16 bytes, and in the form of RFC 5952.
 * glibc writes that too, but for the old `::192.0.2.1`, which RFC 4291 gave up.
 */
void check_address(const char *text, const __u8 addr[16]);

/* It is the text line of that event, of that attempt; verbose: as -v shows it. */
void check_text(const struct line *line, const struct attempt *a, const struct event *event,
		bool verbose);

/* Likewise the JSON line. */
void check_json(const struct line *line, const struct attempt *a, const struct event *event);

/*
 * A line of max bytes at most is one object of plain values (and the arrays of who.h), no key
 * twice: to be freed with json_decref().
 */
json_t *parse_json(const struct line *line, size_t max);

void check_json_integer(const json_t *object, const char *key, uint64_t expected);

/* What it says of image and cgroup; keys of what is not known are not there. */
void check_json_who(const json_t *object, const struct event *event);

/* A name of valid UTF-8 comes out as it went in. */
void check_json_name(const json_t *object, const char *key, const char *expected);

#endif
