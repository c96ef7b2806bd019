// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "probe/error.h"
#include "probe/loader.h"

int probe_error(char *error, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PROBE_ERROR_MAX, format, args);
	va_end(args);
	return err;
}
