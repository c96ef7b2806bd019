// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "util/log.h"

static enum log_level max_level = LOG_INFO;

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
	char line[1024];
	va_list args;

	if (level > max_level)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* One write, so that lines of several processes do not mix. */
	fprintf(stderr, "tpconnect: %s\n", line);
}
