// SPDX-License-Identifier: MIT
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

/* Room for two file names of the greatest length, and a sentence about them. */
#define MESSAGE_MAX (3 * PATH_MAX)

/* Names of programs are shorter. */
#define NAME_MAX_BYTES 32

/* An escape takes four bytes for one. */
#define LINE_MAX_BYTES (NAME_MAX_BYTES + sizeof(": \n") + 4 * MESSAGE_MAX)

static enum log_level max_level = LOG_INFO;
static const char *program = "tpconnect";

static log_take_fn *diverted;
static void *diverted_ctx;

void log_divert(log_take_fn *take, void *ctx)
{
	diverted = take;
	diverted_ctx = ctx;
}

void log_set_name(const char *name)
{
	program = name;
}

void log_set_level(enum log_level max)
{
	max_level = max;
}

enum log_level log_level(void)
{
	return max_level;
}

void log_print(enum log_level level, const char *format, ...)
{
	char message[MESSAGE_MAX], line[LINE_MAX_BYTES];
	struct buffer out = {.data = line, .cap = sizeof(line)};
	va_list args;

	if (level > max_level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (diverted) {
		diverted(diverted_ctx, level, message);
		return;
	}
	buffer_puts(&out, program);
	buffer_literal(&out, ": ");
	/* Messages have no control characters of their own: one that is there is part of a name. */
	put_escaped(&out, message, strlen(message), false);
	buffer_putc(&out, '\n');
	/* One write, so that lines of several processes do not mix. */
	fwrite(line, 1, out.len, stderr);
}

/*
 * The text line by line, indented from the second on: a name with an end of line in it cannot begin
 * a line of ours.
 */
static void put_lines(struct buffer *out, const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n + 1) {
		n = strcspn(text + i, "\n");
		if (i)
			buffer_literal(out, "  ");
		put_escaped(out, text + i, n, false);
		buffer_putc(out, '\n');
	}
}

void log_library(const char *format, va_list args)
{
	_cleanup_free_ char *escaped = NULL;
	struct buffer out = {0};
	char *text;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		return;
	if (diverted) {
		diverted(diverted_ctx, LOG_DEBUG, text);
		free(text);
		return;
	}
	/* An end of line, the last one's included, takes three bytes; everything else four. */
	out.cap = 4 * (size_t)len + 1;
	out.data = escaped = malloc(out.cap);
	if (escaped)
		put_lines(&out, text, (size_t)len);
	free(text);
	fwrite(escaped, 1, out.len, stderr);
}
