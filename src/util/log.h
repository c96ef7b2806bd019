/* SPDX-License-Identifier: MIT */
/*
 * The program's own messages: one line each, on stderr, "tpconnect: ..." first. Names in a message
 * are escaped by put_escaped(): none can end the line, or reach the terminal as an escape sequence.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdarg.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Of the program, at most 32 bytes that stay the caller's; "tpconnect" where none is set. */
void log_set_name(const char *name);

/* Messages above this level are left out. Starts as LOG_INFO; -q makes it LOG_ERROR, -v LOG_DEBUG.
 */
void log_set_level(enum log_level max);
enum log_level log_level(void);

/*
 * From now on messages go to take(), without end of line and prefix, and not to stderr: whoever
 * has the terminal shows them. NULL: to stderr again.
 */
typedef void log_take_fn(void *ctx, enum log_level level, const char *message);
void log_divert(log_take_fn *take, void *ctx);

void log_print(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Prints a message of a library, which may have several lines; they are indented from the second
 * on.
 */
void log_library(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#define log_error(...)	 log_print(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_print(LOG_DEBUG, __VA_ARGS__)

#endif
