// SPDX-License-Identifier: MIT
#include "format/format.h"

#include <string.h>

#include "util/array.h"

static const struct format_ops *const formats[] = {
	&format_text,
	&format_table,
	&format_json,
};

const struct format_ops *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

static bool ends_with(const char *line, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && !memcmp(line + n - len, end, len);
}

uint64_t format_events(const char *line, size_t n)
{
	uint64_t repeated = 0, power = 1;

	if (n && line[n - 1] == '}')
		n--;
	for (; n && line[n - 1] >= '0' && line[n - 1] <= '9'; power *= 10)
		repeated += (uint64_t)(line[--n] - '0') * power;
	if (ends_with(line, n, FORMAT_REPEATED) ||
	    ends_with(line, n, "\"" FORMAT_REPEATED_KEY "\":"))
		return 1 + repeated;
	return 1;
}
